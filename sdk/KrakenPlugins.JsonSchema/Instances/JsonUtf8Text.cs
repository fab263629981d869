using System.Globalization;
using System.Text;

namespace KrakenPlugins.JsonSchema;

/// <summary>
/// The characters of a JSON text between its quotes. Unlike the platform's decoder it keeps a lone surrogate escape (RFC 8259
/// section 8.2) instead of throwing: such a text has a length and matches patterns like any other.
/// </summary>
internal static class JsonUtf8Text
{
    internal static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> utf8, JsonTextBuffer buffer)
    {
        // No UTF-8 sequence and no escape becomes more UTF-16 units than it has bytes.
        var room = buffer.Rent(utf8.Length);
        var length = 0;
        while (true)
        {
            var escape = utf8.IndexOf((byte)'\\');
            length += Encoding.UTF8.GetChars(escape < 0 ? utf8 : utf8[..escape], room[length..]);
            if (escape < 0)
                return room[..length];
            room[length++] = Unescape(utf8[escape..], out var consumed);
            utf8 = utf8[(escape + consumed)..];
        }
    }

    private static char Unescape(ReadOnlySpan<byte> escape, out int consumed)
    {
        consumed = 2;
        switch (escape[1])
        {
            case (byte)'n': return '\n';
            case (byte)'t': return '\t';
            case (byte)'r': return '\r';
            case (byte)'b': return '\b';
            case (byte)'f': return '\f';
            case (byte)'u':
                consumed = 6;
                return (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            default: return (char)escape[1];
        }
    }
}
