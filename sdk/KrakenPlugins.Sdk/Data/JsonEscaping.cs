using System.Text;

namespace KrakenPlugins.Sdk.Data;

/// <summary>The canonical form of escape sequences: what Go's encoder writes with HTML escaping on (MAN-074).</summary>
internal static class JsonEscaping
{
    /// <summary>Bytes that <see cref="Encode"/> writes at most.</summary>
    public const int Longest = 6;

    /// <summary>Whether the canonical form of a scalar value is a sequence of four hexadecimal digits.</summary>
    public static bool NeedsHex(int value) => value < 0x20 || value is '<' or '>' or '&' or 0x2028 or 0x2029;

    /// <summary>Writes the canonical form of a scalar value.</summary>
    /// <returns>Bytes written.</returns>
    public static int Encode(int value, Span<byte> to)
    {
        var shortForm = value switch
        {
            '"' => (byte)'"',
            '\\' => (byte)'\\',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            _ => (byte)0,
        };
        if (shortForm != 0)
        {
            to[0] = (byte)'\\';
            to[1] = shortForm;
            return 2;
        }
        if (!NeedsHex(value))
            return new Rune(value).EncodeToUtf8(to);
        to[0] = (byte)'\\';
        to[1] = (byte)'u';
        for (var i = 0; i < 4; i++)
            to[2 + i] = "0123456789abcdef"u8[(value >> (12 - (4 * i))) & 15];
        return Longest;
    }
}
