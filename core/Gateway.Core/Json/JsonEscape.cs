using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>
/// Escape sequences in documents: checking them while reading, and decoding them. Their canonical form is <see cref="JsonEscaping"/>'s.
/// </summary>
internal static unsafe class JsonEscape
{
    private const int Replacement = 0xFFFD;

    /// <summary>Whether U+2028 or U+2029 begins here.</summary>
    public static bool IsLineSeparator(byte* p) => p[0] == 0xE2 && p[1] == 0x80 && (p[2] & 0xFE) == 0xA8;

    /// <summary>Checks the sequence at <paramref name="p"/> and returns what follows it, or the byte at fault.</summary>
    public static byte* Skip(byte* p, ref JsonFlags flags, out JsonFaultKind fault)
    {
        fault = JsonFaultKind.None;
        flags |= JsonFlags.Escaped;
        switch (p[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'n' or (byte)'r' or (byte)'t' or (byte)'b' or (byte)'f':
                return p + 2;
            case (byte)'/':
                flags &= ~JsonFlags.Canonical;
                return p + 2;
            case (byte)'u':
                break;
            default:
                fault = JsonFaultKind.InEscape;
                return p + 1;
        }
        for (var i = 2; i < 6; i++)
        {
            if (char.IsAsciiHexDigit((char)p[i]))
                continue;
            fault = JsonFaultKind.InHexEscape;
            return p + i;
        }
        if (!IsCanonicalHex(p))
            flags &= ~JsonFlags.Canonical;
        return p + 6;
    }

    /// <summary>Decodes a checked sequence; halves of surrogate pairs without their other half become U+FFFD.</summary>
    /// <param name="p">The backslash.</param>
    /// <param name="length">Bytes the sequence has: 2, 6 or, for a pair, 12.</param>
    public static int Decode(byte* p, out int length)
    {
        length = 2;
        switch (p[1])
        {
            case (byte)'n': return '\n';
            case (byte)'r': return '\r';
            case (byte)'t': return '\t';
            case (byte)'b': return '\b';
            case (byte)'f': return '\f';
            case (byte)'u': break;
            default: return p[1];
        }
        length = 6;
        var unit = Hex4(p + 2);
        if (!char.IsSurrogate((char)unit))
            return unit;
        if (!char.IsHighSurrogate((char)unit) || p[6] != '\\' || p[7] != 'u')
            return Replacement;
        var second = Hex4(p + 8);
        if (!char.IsLowSurrogate((char)second))
            return Replacement;
        length = 12;
        return char.ConvertToUtf32((char)unit, (char)second);
    }

    private static bool IsCanonicalHex(byte* p)
    {
        for (var i = 2; i < 6; i++)
        {
            if (p[i] is >= (byte)'A' and <= (byte)'F')
                return false;
        }
        var value = Hex4(p + 2);
        return JsonEscaping.NeedsHex(value) && value is not ('\n' or '\r' or '\t' or '\b' or '\f');
    }

    private static int Hex4(byte* p) => (Hex(p[0]) << 12) | (Hex(p[1]) << 8) | (Hex(p[2]) << 4) | Hex(p[3]);

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
