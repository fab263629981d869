using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Tests.Manipulation;

/// <summary>The data tree from and to JSON text with sorted keys, so that a test can say what it means.</summary>
internal static class TreeText
{
    public static DataObject Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return (DataObject)ToData(document.RootElement);
    }

    public static string Print(DataNode? node)
    {
        if (node is null)
            return "null";
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 3_000 }))
            Write(writer, node);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static DataNode ToData(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var data = new DataObject();
                foreach (var member in element.EnumerateObject())
                    data[member.Name] = ToData(member.Value);
                return data;
            case JsonValueKind.Array:
                var list = new DataArray();
                foreach (var item in element.EnumerateArray())
                    list.Items.Add(ToData(item));
                return list;
            case JsonValueKind.String:
                return new DataString(element.GetString()!);
            case JsonValueKind.Number:
                return new DataNumber(element.GetRawText());
            case JsonValueKind.Null:
                return DataNull.Instance;
            default:
                return DataBoolean.Of(element.ValueKind == JsonValueKind.True);
        }
    }

    private static void Write(Utf8JsonWriter writer, DataNode node)
    {
        switch (node)
        {
            case DataObject data:
                writer.WriteStartObject();
                foreach (var (key, value) in data.Members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }
                writer.WriteEndObject();
                break;
            case DataArray list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case DataString text:
                writer.WriteStringValue(text.Value);
                break;
            case DataNumber number:
                writer.WriteRawValue(number.Text, skipInputValidation: true);
                break;
            case DataBoolean boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
