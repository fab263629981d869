using System.Text;

namespace KrakenPlugins.Templates.Sprig.Network;

/// <summary>A URL taken apart and written as Go's <c>net/url</c> does it.</summary>
/// <param name="Scheme">In lower case, without the colon.</param>
/// <param name="Opaque">What follows the scheme when that is no slash.</param>
/// <param name="UserInfo">User and password with the escapes they need.</param>
/// <param name="Host">Host and port, decoded.</param>
/// <param name="Path">The path, decoded.</param>
/// <param name="Query">The query as it stands.</param>
/// <param name="Fragment">The fragment, decoded.</param>
internal sealed record GoUrl(string Scheme, string Opaque, string UserInfo, string Host, string Path, string Query, string Fragment)
{
    /// <summary>The host without port and brackets.</summary>
    public string Hostname
    {
        get
        {
            if (Host.StartsWith('[') && Host.IndexOf(']', StringComparison.Ordinal) is var bracket and > 0) return Host[1..bracket];
            var colon = Host.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? Host : Host[..colon];
        }
    }

    /// <exception cref="TemplateFunctionException">The text is no URL; the message is Go's.</exception>
    public static GoUrl Parse(string text)
    {
        try
        {
            return ParseParts(text);
        }
        catch (FormatException e)
        {
            throw new TemplateFunctionException($"parse {GoFormat.Quote(text)}: {e.Message}", e);
        }
    }

    private static GoUrl ParseParts(string text)
    {
        foreach (var c in text)
            if (c is < ' ' or '\u007f') throw new FormatException("net/url: invalid control character in URL");
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var fragment = hash < 0 ? "" : UrlEscaping.Decode(text[(hash + 1)..], UrlPart.Fragment);
        var rest = hash < 0 ? text : text[..hash];
        var scheme = TakeScheme(ref rest);
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        if (question >= 0) rest = rest[..question];
        if (!rest.StartsWith('/'))
        {
            if (scheme.Length > 0) return new GoUrl(scheme, rest, "", "", "", query, fragment);
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && !rest.AsSpan(0, colon).Contains('/')) throw new FormatException("first path segment in URL cannot contain colon");
        }
        var (user, host) = ("", "");
        if (rest.StartsWith("//", StringComparison.Ordinal) && (scheme.Length > 0 || !rest.StartsWith("///", StringComparison.Ordinal)))
        {
            var slash = rest.IndexOf('/', 2);
            var authority = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? "" : rest[slash..];
            (user, host) = ParseAuthority(authority);
        }
        return new GoUrl(scheme, "", user, host, UrlEscaping.Decode(rest, UrlPart.Path), query, fragment);
    }

    private static string TakeScheme(ref string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetter(c)) continue;
            if (c == ':' && i == 0) throw new FormatException("missing protocol scheme");
            if (c == ':')
            {
                var scheme = text[..i].ToLowerInvariant();
                text = text[(i + 1)..];
                return scheme;
            }
            if (i == 0 || !(char.IsAsciiDigit(c) || c is '+' or '-' or '.')) return "";
        }
        return "";
    }

    private static (string UserInfo, string Host) ParseAuthority(string authority)
    {
        var at = authority.LastIndexOf('@');
        var host = ParseHost(authority[(at + 1)..]);
        if (at < 0) return ("", host);
        var user = authority[..at];
        foreach (var c in user)
            if (!char.IsAsciiLetterOrDigit(c) && !"-._:~!$&'()*+,;=%@".Contains(c, StringComparison.Ordinal)) throw new FormatException("net/url: invalid userinfo");
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return (Reescape(user), host);
        return (Reescape(user[..colon]) + ":" + Reescape(user[(colon + 1)..]), host);
    }

    private static string Reescape(string text) => UrlEscaping.Encode(UrlEscaping.Decode(text, UrlPart.UserInfo), UrlPart.UserInfo);

    private static string ParseHost(string host)
    {
        if (host.StartsWith('['))
        {
            var bracket = host.LastIndexOf(']');
            if (bracket < 0) throw new FormatException("missing ']' in host");
            CheckPort(host[(bracket + 1)..]);
        }
        else if (host.LastIndexOf(':') is var colon and >= 0)
        {
            CheckPort(host[colon..]);
        }
        return UrlEscaping.Decode(host, UrlPart.Host);
    }

    private static void CheckPort(string port)
    {
        if (port.Length == 0 || (port[0] == ':' && port.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)) return;
        throw new FormatException($"invalid port {GoFormat.Quote(port)} after host");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        if (Scheme.Length > 0) text.Append(Scheme).Append(':');
        if (Opaque.Length > 0)
        {
            text.Append(Opaque);
        }
        else
        {
            if (Host.Length > 0 || UserInfo.Length > 0 || (Scheme.Length > 0 && Path.Length > 0)) AppendAuthority(text);
            if (Path.Length > 0 && Path[0] != '/' && Host.Length > 0) text.Append('/');
            var path = UrlEscaping.Encode(Path, UrlPart.Path);
            // A colon in the first part would read as the end of a scheme.
            if (text.Length == 0 && path.Split('/')[0].Contains(':', StringComparison.Ordinal)) text.Append("./");
            text.Append(path);
        }
        if (Query.Length > 0) text.Append('?').Append(Query);
        if (Fragment.Length > 0) text.Append('#').Append(UrlEscaping.Encode(Fragment, UrlPart.Fragment));
        return text.ToString();
    }

    private void AppendAuthority(StringBuilder text)
    {
        text.Append("//");
        if (UserInfo.Length > 0) text.Append(UserInfo).Append('@');
        text.Append(UrlEscaping.Encode(Host, UrlPart.Host));
    }
}
