namespace Gateway.Core.Configuration;

/// <summary>
/// The grammar of a backend's host: an optional <c>http://</c> or <c>https://</c>; letters, digits, <c>. _ -</c>; an optional
/// <c>:</c> with 2 to 6 digits; an optional slash. Source: reference page "backends".
/// </summary>
internal static class HostGrammar
{
    /// <summary>Brings a host into the form <c>scheme://host[:port]</c>; false when it does not fit the grammar.</summary>
    public static bool TrySanitize(string text, out string host)
    {
        host = "";
        var scheme = text.StartsWith("http://", StringComparison.Ordinal) ? "http://"
            : text.StartsWith("https://", StringComparison.Ordinal) ? "https://"
            : "";
        var rest = text.AsSpan(scheme.Length);
        if (rest.EndsWith("/"))
            rest = rest[..^1];

        var colon = rest.IndexOf(':');
        var name = colon < 0 ? rest : rest[..colon];
        if (name.IsEmpty || !IsName(name) || (colon >= 0 && !IsPort(rest[(colon + 1)..])))
            return false;
        host = string.Concat(scheme.Length > 0 ? scheme : "http://", rest);
        return true;
    }

    /// <summary>Whether a host is of the WebSocket protocol.</summary>
    public static bool IsWebSocket(string text) =>
        text.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("wss://", StringComparison.OrdinalIgnoreCase);

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }
        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> port)
    {
        if (port.Length is < 2 or > 6)
            return false;
        var number = 0;
        foreach (var c in port)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            number = (number * 10) + (c - '0');
        }
        return number <= 65535;
    }
}
