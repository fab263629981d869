using System.Text;

namespace KrakenPlugins.Templates.Sprig.Network;

/// <summary>Parts of a URL, which differ in what must be escaped.</summary>
internal enum UrlPart
{
    UserInfo,
    Host,
    Path,
    Fragment,
}

/// <summary>Percent-encoding, part by part as Go has it.</summary>
internal static class UrlEscaping
{
    public static string Encode(string text, UrlPart part)
    {
        if (!NeedsEscape(text, part)) return text;
        var result = new StringBuilder(text.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && IsPlain((char)rune.Value, part))
            {
                result.Append((char)rune.Value);
                continue;
            }
            var count = rune.EncodeToUtf8(bytes);
            foreach (var value in bytes[..count]) result.Append('%').Append("0123456789ABCDEF"[value >> 4]).Append("0123456789ABCDEF"[value & 15]);
        }
        return result.ToString();
    }

    /// <exception cref="FormatException">An escape is not complete.</exception>
    public static string Decode(string text, UrlPart part)
    {
        if (part == UrlPart.Host) CheckHost(text);
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    throw new FormatException($"invalid URL escape {GoFormat.Quote(text[i..Math.Min(i + 3, text.Length)])}");
                bytes[count++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 3;
                continue;
            }
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var width);
            count += rune.EncodeToUtf8(bytes.AsSpan(count));
            i += width;
        }
        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static void CheckHost(string host)
    {
        foreach (var c in host)
        {
            if (c < 128 && c != '%' && !IsPlain(c, UrlPart.Host)) throw new FormatException($"invalid character {GoFormat.Quote(c.ToString())} in host name");
        }
    }

    private static bool NeedsEscape(string text, UrlPart part)
    {
        foreach (var c in text)
            if (!IsPlain(c, part)) return true;
        return false;
    }

    private static bool IsPlain(char c, UrlPart part)
    {
        if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~') return true;
        return part switch
        {
            UrlPart.UserInfo => c is '$' or '&' or '+' or ',' or ';' or '=',
            UrlPart.Host => "!$&'()*+,;=:[]<>\"".Contains(c, StringComparison.Ordinal),
            UrlPart.Path => c is '$' or '&' or '+' or ',' or '/' or ':' or ';' or '=' or '@',
            _ => "$&+,/:;=?@!()*".Contains(c, StringComparison.Ordinal),
        };
    }
}
