namespace KrakenPlugins.Sdk.Proxy;

/// <summary>Canonical spelling of header names (RTE-079).</summary>
public static class HeaderName
{
    /// <summary>
    /// First letter and each letter after <c>-</c> in upper case, the rest in lower case; a name with a space or another byte that
    /// no header name may hold comes back as it is.
    /// </summary>
    public static string Canonicalize(string name)
    {
        var upper = true;
        var canonical = true;
        foreach (var c in name)
        {
            if (!IsTokenChar(c))
                return name;
            canonical &= upper ? c is not (>= 'a' and <= 'z') : c is not (>= 'A' and <= 'Z');
            upper = c == '-';
        }
        if (canonical)
            return name;
        return string.Create(name.Length, name, static (span, source) =>
        {
            var up = true;
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = up ? char.ToUpperInvariant(source[i]) : char.ToLowerInvariant(source[i]);
                up = source[i] == '-';
            }
        });
    }

    /// <summary>Whether a character may stand in a header name (RFC 9110, section 5.6.2).</summary>
    public static bool IsTokenChar(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '!' or '#' or '$' or '%' or '&' or '\'' or '*' or '+' or '-' or '.' or '^' or '_' or '`' or '|' or '~';
}
