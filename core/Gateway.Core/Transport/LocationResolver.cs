using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>Resolves a <c>Location</c> against the URL that answered (RFC 3986, 5.2), without touching escapes.</summary>
internal static class LocationResolver
{
    public static bool TryResolve(
        BackendHost current,
        string currentTarget,
        string location,
        [NotNullWhen(true)] out BackendHost? host,
        [NotNullWhen(true)] out string? target,
        [NotNullWhen(false)] out string? problem)
    {
        host = null;
        target = null;
        problem = null;
        var fragment = location.IndexOf('#', StringComparison.Ordinal);
        var reference = fragment < 0 ? location : location[..fragment];
        var rest = reference;
        if (SchemeLength(reference) is var scheme and > 0)
        {
            if (!IsHttp(reference.AsSpan(0, scheme)))
                problem = $"unsupported protocol scheme \"{reference[..scheme]}\"";
            else
                (host, rest) = SplitUrl(reference);
        }
        else if (reference.StartsWith("//", StringComparison.Ordinal))
        {
            (host, rest) = SplitUrl($"{current.Scheme}:{reference}");
        }
        else
        {
            host = WithoutBasePath(current);
        }
        if (problem is not null)
            return false;
        if (host is null)
        {
            problem = "failed to parse Location header: invalid host";
            return false;
        }
        target = Escape(ResolvePath(currentTarget, rest, isAbsolute: !ReferenceEquals(rest, reference)));
        return true;
    }

    private static int SchemeLength(string reference)
    {
        var end = reference.AsSpan().IndexOfAny(":/?");
        return end > 0 && reference[end] == ':' && char.IsAsciiLetter(reference[0]) ? end : 0;
    }

    private static bool IsHttp(ReadOnlySpan<char> scheme) =>
        scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || scheme.Equals("https", StringComparison.OrdinalIgnoreCase);

    private static (BackendHost? Host, string AfterAuthority) SplitUrl(string url)
    {
        var authority = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (authority < 3)
            return (null, "");
        var end = url.AsSpan(authority).IndexOfAny('/', '?');
        var split = end < 0 ? url.Length : authority + end;
        HostParser.TryParse(url[..split], out var host);
        return (host, url[split..]);
    }

    /// <summary>The same authority and credentials; the path of the next request is complete.</summary>
    private static BackendHost WithoutBasePath(BackendHost current) => current.BasePath.Length == 0
        ? current
        : new BackendHost(current.Scheme, current.Host, current.Port) { Authorization = current.Authorization };

    private static string ResolvePath(string current, string reference, bool isAbsolute)
    {
        var (path, query) = Split(reference);
        if (path.Length == 0)
            return isAbsolute ? "/" + query : Split(current).Path + (query.Length > 0 ? query : Split(current).Query);
        if (path[0] == '/')
            return RemoveDotSegments(path) + query;
        var directory = Split(current).Path;
        return RemoveDotSegments(directory[..(directory.LastIndexOf('/') + 1)] + path) + query;
    }

    private static (string Path, string Query) Split(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, "") : (target[..mark], target[mark..]);
    }

    private static string RemoveDotSegments(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
            return path;
        var kept = new List<string>();
        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }
            if (segments[i] == ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            if (isLast)
                kept.Add("");
        }
        return "/" + string.Join('/', kept);
    }

    /// <summary>Escapes what a target may not hold. The head writer checks the result like every other target.</summary>
    private static string Escape(string target)
    {
        if (!target.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return target;
        var escaped = new StringBuilder(target.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(target))
        {
            if (b is > 0x20 and < 0x7F)
                escaped.Append((char)b);
            else
                escaped.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
        return escaped.ToString();
    }
}
