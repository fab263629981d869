using System.Text;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.AwsSigV4.Signing;

/// <summary>Bytes of a canonical request (AWS "Create a signed AWS API request", step 1).</summary>
internal static class CanonicalText
{
    private static ReadOnlySpan<byte> Hex => "0123456789ABCDEF"u8;

    /// <summary>Writes text as UTF-8.</summary>
    public static void Write(PooledBytes output, ReadOnlySpan<char> text)
    {
        var written = Encoding.UTF8.GetBytes(text, output.GetSpan(text.Length * 3));
        output.Advance(written);
    }

    /// <summary>Writes one byte as it stands in canonical paths and queries: unreserved ones as they are, others percent-encoded.</summary>
    public static void WriteEncoded(PooledBytes output, byte value)
    {
        var span = output.GetSpan(3);
        if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
        {
            span[0] = value;
            output.Advance(1);
            return;
        }
        span[0] = (byte)'%';
        span[1] = Hex[value >> 4];
        span[2] = Hex[value & 15];
        output.Advance(3);
    }

    /// <summary>Writes text byte by byte as <see cref="WriteEncoded(PooledBytes, byte)"/> does, slashes as they are if asked for.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="text">The text.</param>
    /// <param name="decodes">Whether percent-encoded bytes are decoded first; a <c>%</c> that encodes nothing counts as itself.</param>
    /// <param name="keepsSlashes">Whether slashes stay.</param>
    public static void WriteEncoded(PooledBytes output, ReadOnlySpan<char> text, bool decodes, bool keepsSlashes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            if (decodes && text[0] == '%' && text.Length >= 3 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]))
            {
                WriteEncoded(output, (byte)((Value(text[1]) << 4) | Value(text[2])));
                text = text[3..];
                continue;
            }
            if (keepsSlashes && text[0] == '/')
            {
                output.Write("/"u8);
                text = text[1..];
                continue;
            }
            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
                WriteEncoded(output, value);
            text = text[consumed..];
        }
    }

    /// <summary>Writes a hash in lower-case hexadecimal digits.</summary>
    public static void WriteHex(PooledBytes output, ReadOnlySpan<byte> hash)
    {
        Span<char> digits = stackalloc char[64];
        Convert.TryToHexStringLower(hash, digits, out var count);
        Write(output, digits[..count]);
    }

    private static int Value(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
