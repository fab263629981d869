using System.Text;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Base64 and Base32 of RFC 4648 with padding, refused where Go refuses them. Line breaks are skipped.</summary>
internal sealed class RadixText
{
    public static readonly RadixText Base64 = new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4);
    public static readonly RadixText Base32 = new("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8);

    private readonly string _alphabet;
    private readonly int _bits;
    private readonly int _group;
    private readonly sbyte[] _values = new sbyte[128];

    private RadixText(string alphabet, int bits, int group)
    {
        (_alphabet, _bits, _group) = (alphabet, bits, group);
        Array.Fill(_values, (sbyte)-1);
        for (var i = 0; i < alphabet.Length; i++) _values[alphabet[i]] = (sbyte)i;
    }

    public string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 / _bits / _group + 1) * _group);
        var (pending, bits) = (0, 0);
        foreach (var value in bytes)
        {
            pending = (pending << 8 | value) & 0xffff;
            for (bits += 8; bits >= _bits; bits -= _bits) text.Append(_alphabet[pending >> (bits - _bits) & (_alphabet.Length - 1)]);
        }
        if (bits > 0) text.Append(_alphabet[pending << (_bits - bits) & (_alphabet.Length - 1)]);
        while (text.Length % _group != 0) text.Append('=');
        return text.ToString();
    }

    /// <summary>Decodes; on failure <paramref name="errorAt"/> is the position of the first character that does not fit.</summary>
    public bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes, out int errorAt)
    {
        var decoded = new byte[text.Length * _bits / 8 + 1];
        var (length, pending, bits, inGroup) = (0, 0, 0, 0);
        (bytes, errorAt) = ([], 0);
        var at = 0;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c is '\r' or '\n') continue;
            if (c == '=') break;
            if (c >= _values.Length || _values[c] < 0)
            {
                errorAt = at;
                return false;
            }
            pending = (pending << _bits | (byte)_values[c]) & 0xffff;
            inGroup = (inGroup + 1) % _group;
            bits += _bits;
            if (bits < 8) continue;
            bits -= 8;
            decoded[length++] = (byte)(pending >> bits);
        }
        if (!IsPaddingRight(text, at, inGroup, bits, out errorAt)) return false;
        bytes = decoded[..length];
        return true;
    }

    private bool IsPaddingRight(ReadOnlySpan<char> text, int at, int inGroup, int leftBits, out int errorAt)
    {
        errorAt = at;
        // Whole characters that no byte needs are a group broken off.
        var isBroken = inGroup != 0 && leftBits >= _bits;
        var missing = inGroup == 0 ? 0 : _group - inGroup;
        if (at == text.Length)
        {
            errorAt = at - inGroup;
            return missing == 0;
        }
        if (missing == 0 || isBroken) return false;
        for (; at < text.Length; at++)
        {
            if (text[at] is '\r' or '\n') continue;
            errorAt = at;
            if (text[at] != '=' || missing-- == 0) return false;
        }
        errorAt = text.Length;
        return missing == 0;
    }
}
