using System.Text;

namespace KrakenPlugins.Cryptography;

/// <summary>The base64 of bcrypt: an alphabet of its own, no padding.</summary>
internal static class BcryptBase64
{
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static void Encode(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        var (pending, bits) = (0, 0);
        foreach (var value in bytes)
        {
            pending = (pending << 8 | value) & 0xffff;
            for (bits += 8; bits >= 6; bits -= 6) text.Append(Alphabet[pending >> (bits - 6) & 63]);
        }
        if (bits > 0) text.Append(Alphabet[pending << (6 - bits) & 63]);
    }

    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var (pending, bits, at) = (0, 0, 0);
        foreach (var c in text)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) return false;
            pending = (pending << 6 | value) & 0xffff;
            bits += 6;
            if (bits < 8) continue;
            bits -= 8;
            if (at < bytes.Length) bytes[at++] = (byte)(pending >> bits);
        }
        return at == bytes.Length;
    }
}
