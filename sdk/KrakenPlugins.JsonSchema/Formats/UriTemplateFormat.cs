namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>URI templates of every level (RFC 6570 section 2).</summary>
internal static class UriTemplateFormat
{
    internal static bool IsTemplate(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '{')
            {
                var end = text.IndexOf('}');
                if (end < 0 || !IsExpression(text[1..end]))
                    return false;
                text = text[(end + 1)..];
                continue;
            }
            if (text[0] == '%' && !IsEncoded(text))
                return false;
            if (text[0] <= ' ' || text[0] == '\x7f' || "\"<>\\^`|}".Contains(text[0], StringComparison.Ordinal))
                return false;
            text = text[1..];
        }
        return true;
    }

    private static bool IsExpression(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && "+#./;?&=,!@|".Contains(text[0], StringComparison.Ordinal))
        {
            // = , ! @ | are reserved for later operators.
            if ("=,!@|".Contains(text[0], StringComparison.Ordinal))
                return false;
            text = text[1..];
        }
        foreach (var range in text.Split(','))
        {
            if (!IsVariable(text[range]))
                return false;
        }
        return true;
    }

    private static bool IsVariable(ReadOnlySpan<char> text)
    {
        if (text.EndsWith("*"))
            text = text[..^1];
        else if (text.IndexOf(':') is var colon and >= 0)
        {
            var length = text[(colon + 1)..];
            if (length.Length is 0 or > 4 || length[0] == '0' || length.ContainsAnyExceptInRange('0', '9'))
                return false;
            text = text[..colon];
        }
        foreach (var range in text.Split('.'))
        {
            if (!IsName(text[range]))
                return false;
        }
        return true;
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && IsEncoded(text[i..]))
                i += 2;
            else if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] != '_')
                return false;
        }
        return true;
    }

    private static bool IsEncoded(ReadOnlySpan<char> text) =>
        text.Length >= 3 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);
}
