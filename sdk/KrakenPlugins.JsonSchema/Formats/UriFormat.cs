using System.Buffers;
using System.Text;

namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>URIs and references to them (RFC 3986), also with characters beyond ASCII (RFC 3987).</summary>
internal static class UriFormat
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string Delimiters = "!$&'()*+,;=";
    private static readonly SearchValues<char> s_scheme = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    private static readonly SearchValues<char> s_host = SearchValues.Create(Unreserved + Delimiters);
    private static readonly SearchValues<char> s_user = SearchValues.Create(Unreserved + Delimiters + ":");
    private static readonly SearchValues<char> s_path = SearchValues.Create(Unreserved + Delimiters + ":@/");
    private static readonly SearchValues<char> s_query = SearchValues.Create(Unreserved + Delimiters + ":@/?");

    internal static bool IsUri(ReadOnlySpan<char> text, bool reference, bool international)
    {
        var hash = text.IndexOf('#');
        if (hash >= 0 && !IsMadeOf(text[(hash + 1)..], s_query, international, false))
            return false;
        text = hash < 0 ? text : text[..hash];
        var mark = text.IndexOf('?');
        if (mark >= 0 && !IsMadeOf(text[(mark + 1)..], s_query, international, true))
            return false;
        text = mark < 0 ? text : text[..mark];

        var colon = text.IndexOf(':');
        var hasScheme = colon > 0 && char.IsAsciiLetter(text[0]) && !text[..colon].ContainsAnyExcept(s_scheme);
        if (!hasScheme && !reference)
            return false;
        if (hasScheme)
            text = text[(colon + 1)..];
        if (text.StartsWith("//"))
        {
            var end = text[2..].IndexOf('/');
            if (!IsAuthority(end < 0 ? text[2..] : text.Slice(2, end), international))
                return false;
            text = end < 0 ? default : text[(end + 2)..];
        }
        else if (!hasScheme && text.IndexOf(':') is var inPath and >= 0 && !text[..inPath].Contains('/'))
        {
            return false;
        }
        return IsMadeOf(text, s_path, international, false);
    }

    private static bool IsAuthority(ReadOnlySpan<char> text, bool international)
    {
        var at = text.IndexOf('@');
        if (at >= 0 && !IsMadeOf(text[..at], s_user, international, false))
            return false;
        text = text[(at + 1)..];
        if (text.Length > 0 && text[0] == '[')
        {
            var end = text.IndexOf(']');
            return end > 0 && IsLiteral(text[1..end]) && IsPort(text[(end + 1)..]);
        }
        var colon = text.IndexOf(':');
        return colon < 0
            ? IsMadeOf(text, s_host, international, false)
            : IsMadeOf(text[..colon], s_host, international, false) && IsPort(text[colon..]);
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text[0] == ':' && !text[1..].ContainsAnyExceptInRange('0', '9'));

    private static bool IsLiteral(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is not ('v' or 'V'))
            return AddressFormats.IsIPv6(text);
        var point = text.IndexOf('.');
        if (point < 2 || point == text.Length - 1 || text[(point + 1)..].ContainsAnyExcept(s_user))
            return false;
        foreach (var c in text[1..point])
        {
            if (!char.IsAsciiHexDigit(c))
                return false;
        }
        return true;
    }

    private static bool IsMadeOf(ReadOnlySpan<char> text, SearchValues<char> allowed, bool international, bool privateToo)
    {
        while (text.IndexOfAnyExcept(allowed) is var odd and >= 0)
        {
            text = text[odd..];
            if (text[0] == '%')
            {
                if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
                    return false;
                text = text[3..];
                continue;
            }
            if (!international || Rune.DecodeFromUtf16(text, out var rune, out var length) != OperationStatus.Done || !IsInternational(rune.Value, privateToo))
                return false;
            text = text[length..];
        }
        return true;
    }

    // ucschar and, in a query, iprivate of RFC 3987 section 2.2.
    private static bool IsInternational(int c, bool privateToo) => c switch
    {
        < 0xA0 => false,
        >= 0xE000 and <= 0xF8FF or >= 0xF0000 => privateToo && (c & 0xFFFE) != 0xFFFE,
        >= 0xFDD0 and <= 0xFDEF or >= 0xFFF0 and <= 0xFFFF => false,
        >= 0xE0000 and < 0xE1000 => false,
        _ => (c & 0xFFFE) != 0xFFFE,
    };
}
