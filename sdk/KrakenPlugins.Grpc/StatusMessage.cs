using System.Buffers;
using System.Text;

namespace KrakenPlugins.Grpc;

/// <summary>The percent-encoding of <c>grpc-message</c>: UTF-8 whose bytes outside of printable ASCII, and <c>%</c>, become <c>%XX</c>.</summary>
public static class StatusMessage
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        " !\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Encodes a text; never fails, lone surrogates become U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">Bytes that the result has at most; a longer one is cut between characters.</param>
    public static string Encode(string text, int maxBytes = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maxBytes && !text.AsSpan().ContainsAnyExcept(s_plain))
            return text;
        var encoded = new StringBuilder(Math.Min(text.Length, maxBytes) + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var plain = rune.IsAscii && s_plain.Contains((char)rune.Value);
            var length = rune.EncodeToUtf8(utf8);
            if (encoded.Length + (plain ? 1 : 3 * length) > maxBytes)
                break;
            if (plain)
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            foreach (var octet in utf8[..length])
                encoded.Append('%').Append(Hex(octet >> 4)).Append(Hex(octet & 15));
        }
        return encoded.ToString();
    }

    /// <summary>Decodes a text; what is no valid encoding stays as it is, and bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return Encoding.UTF8.GetString(bytes, 0, Decode(text, bytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static int Decode(string text, byte[] bytes)
    {
        var count = 0;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]))
            {
                bytes[count++] = (byte)((Convert.FromHexString(text.AsSpan(at + 1, 2)))[0]);
                at += 3;
                continue;
            }
            var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
            count += Encoding.UTF8.GetBytes(text, at, length, bytes, count);
            at += length;
        }
        return count;
    }

    private static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
