using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Writes a tree as indented JSON, in its own order.</summary>
/// <param name="hidesSecrets">Whether values whose names suggest a secret are replaced.</param>
internal sealed class DocumentWriter(bool hidesSecrets)
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 100_000,
        // A document may repeat a name; what is written is what was read.
        SkipValidation = true,
    };

    /// <summary>The JSON of a tree, with a line break at its end.</summary>
    public string Write(ConfigNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
            Write(writer, node, "");
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private void Write(Utf8JsonWriter writer, ConfigNode node, string name)
    {
        switch (node.Kind)
        {
            case ConfigKind.Null:
                writer.WriteNullValue();
                break;
            case ConfigKind.Array:
                writer.WriteStartArray();
                foreach (var item in node.Items)
                    Write(writer, item, name);
                writer.WriteEndArray();
                break;
            case ConfigKind.Object:
                writer.WriteStartObject();
                foreach (var member in node.Members)
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, member.Name);
                }
                writer.WriteEndObject();
                break;
            case var _ when hidesSecrets && ConfigText.IsSecret(name):
                writer.WriteStringValue("***");
                break;
            case ConfigKind.Boolean:
                writer.WriteBooleanValue(node.Text == "true");
                break;
            case ConfigKind.Number:
                WriteNumber(writer, node.Text);
                break;
            default:
                writer.WriteStringValue(hidesSecrets ? ConfigText.WithoutCredentials(node.Text) : node.Text);
                break;
        }
    }

    // Other formats know more spellings of numbers than JSON does.
    private static void WriteNumber(Utf8JsonWriter writer, string text)
    {
        if (JsonConfigReader.Read("", text, new ConfigDiagnostics()) is { Kind: ConfigKind.Number })
            WriteAsSpelled(writer, text);
        else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteStringValue(text);
    }

    // A raw value would stand in a list without the line break and the indentation of its neighbours.
    private static void WriteAsSpelled(Utf8JsonWriter writer, string number)
    {
        using var document = JsonDocument.Parse(number);
        document.RootElement.WriteTo(writer);
    }
}
