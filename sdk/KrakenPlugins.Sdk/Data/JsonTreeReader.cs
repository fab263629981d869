using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace KrakenPlugins.Sdk.Data;

/// <summary>Builds a tree out of JSON without recursion; see <see cref="DataJson.TryParse"/>.</summary>
internal static class JsonTreeReader
{
    public static bool TryRead(ReadOnlySpan<byte> utf8, int maxDepth, [NotNullWhen(true)] out DataNode? node, [NotNullWhen(false)] out string? error)
    {
        if (Utf8.IsValid(utf8))
            return TryReadValid(utf8, maxDepth, out node, out error);
        var repaired = new PooledBytes(utf8.Length);
        try
        {
            repaired.Write(utf8);
            Utf8Repair.Apply(ref repaired);
            return TryReadValid(repaired.Span, maxDepth, out node, out error);
        }
        finally
        {
            repaired.Dispose();
        }
    }

    private static bool TryReadValid(ReadOnlySpan<byte> utf8, int maxDepth, [NotNullWhen(true)] out DataNode? node, [NotNullWhen(false)] out string? error)
    {
        try
        {
            node = Read(utf8, maxDepth);
            error = null;
            return true;
        }
        catch (JsonException exception)
        {
            node = null;
            error = Describe(exception);
            return false;
        }
    }

    private static DataNode Read(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        var open = new Stack<(DataNode? Container, string Name)>();
        DataNode? container = null;
        DataNode? root = null;
        var name = "";
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = Text(ref reader);
                continue;
            }
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                (container, name) = open.Pop();
                continue;
            }
            var value = Value(ref reader);
            root ??= value;
            if (container is DataObject owner)
                owner.Members[name] = value;
            else if (container is DataArray list)
                list.Items.Add(value);
            if (value is not (DataObject or DataArray))
                continue;
            open.Push((container, name));
            container = value;
        }
        return root!;
    }

    private static DataNode Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => new DataObject(),
        JsonTokenType.StartArray => new DataArray(),
        JsonTokenType.String => new DataString(Text(ref reader)),
        JsonTokenType.Number => new DataNumber(Encoding.ASCII.GetString(reader.ValueSpan)),
        JsonTokenType.True => DataBoolean.True,
        JsonTokenType.False => DataBoolean.False,
        _ => DataNull.Instance,
    };

    private static string Text(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan);

    /// <summary>Decodes escapes whose grammar the reader has checked; its own decoding throws for half a surrogate pair.</summary>
    private static string Unescape(ReadOnlySpan<byte> content)
    {
        var buffer = ArrayPool<char>.Shared.Rent(content.Length);
        var length = 0;
        while (!content.IsEmpty)
        {
            var plain = content.IndexOf((byte)'\\');
            if (plain < 0)
                plain = content.Length;
            length += Encoding.UTF8.GetChars(content[..plain], buffer.AsSpan(length));
            content = content[plain..];
            if (content.IsEmpty)
                break;
            buffer[length++] = Unit(content, out var taken);
            content = content[taken..];
        }
        var text = buffer.AsSpan(0, length);
        ReplaceHalves(text);
        var result = text.ToString();
        ArrayPool<char>.Shared.Return(buffer);
        return result;
    }

    private static char Unit(ReadOnlySpan<byte> sequence, out int length)
    {
        length = 2;
        switch (sequence[1])
        {
            case (byte)'n': return '\n';
            case (byte)'r': return '\r';
            case (byte)'t': return '\t';
            case (byte)'b': return '\b';
            case (byte)'f': return '\f';
            case (byte)'u':
                length = 6;
                return (char)ushort.Parse(sequence[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            default: return (char)sequence[1];
        }
    }

    private static void ReplaceHalves(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
            else
                text[i] = '\uFFFD';
        }
    }

    private static string Describe(JsonException exception)
    {
        // The reader's message ends with a position that counts from 0.
        var message = exception.Message;
        var end = message.LastIndexOf(" LineNumber:", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture,
            $"line {exception.LineNumber + 1 ?? 1}, column {exception.BytePositionInLine + 1 ?? 1}: {(end < 0 ? message : message[..end])}");
    }
}
