namespace KrakenPlugins.JsonSchema.Compilation;

/// <summary>
/// Resolution of URI references on text (RFC 3986 section 5.2), for any scheme and without normalising anything else: schema
/// identifiers are names that are compared character by character.
/// </summary>
internal static class UriText
{
    internal static string WithoutFragment(string uri) => uri.IndexOf('#') is var hash && hash < 0 ? uri : uri[..hash];

    /// <summary>What follows <c>#</c>, percent-decoded; empty without one.</summary>
    internal static string Fragment(string uri) =>
        uri.IndexOf('#') is var hash && hash < 0 ? "" : Uri.UnescapeDataString(uri[(hash + 1)..]);

    internal static string Resolve(string baseUri, string reference)
    {
        var target = Parts.Of(reference);
        if (target.Scheme is not null)
            return (target with { Path = RemoveDotSegments(target.Path) }).ToString();
        var source = Parts.Of(baseUri);
        if (target.Authority is not null)
            return (target with { Scheme = source.Scheme, Path = RemoveDotSegments(target.Path) }).ToString();
        if (target.Path.Length == 0)
            return (source with { Query = target.Query ?? source.Query, Fragment = target.Fragment }).ToString();
        var path = target.Path[0] == '/' ? target.Path : Merge(source, target.Path);
        return (source with { Path = RemoveDotSegments(path), Query = target.Query, Fragment = target.Fragment }).ToString();
    }

    private static string Merge(Parts source, string path)
    {
        if (source.Authority is not null && source.Path.Length == 0)
            return "/" + path;
        return source.Path[..(source.Path.LastIndexOf('/') + 1)] + path;
    }

    private static string RemoveDotSegments(string path)
    {
        if (!path.Contains('.', StringComparison.Ordinal) || path[0] != '/')
            return path;
        var kept = new List<string>();
        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            if (segments[i] == "..")
            {
                if (kept.Count > 0)
                    kept.RemoveAt(kept.Count - 1);
            }
            else if (segments[i] != ".")
            {
                kept.Add(segments[i]);
                continue;
            }
            if (last)
                kept.Add("");
        }
        return "/" + string.Join('/', kept);
    }

    private readonly record struct Parts(string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
    {
        internal static Parts Of(string text)
        {
            string? scheme = null, authority = null, query = null, fragment = null;
            if (text.IndexOf('#') is var hash and >= 0)
                (text, fragment) = (text[..hash], text[(hash + 1)..]);
            if (text.IndexOf('?') is var mark and >= 0)
                (text, query) = (text[..mark], text[(mark + 1)..]);
            if (text.IndexOf(':') is var colon and > 0 && char.IsAsciiLetter(text[0])
                && text.AsSpan(0, colon).IndexOfAnyExcept(s_schemeCharacters) < 0)
                (scheme, text) = (text[..colon], text[(colon + 1)..]);
            if (text.StartsWith("//", StringComparison.Ordinal))
            {
                var end = text.IndexOf('/', 2);
                (authority, text) = end < 0 ? (text[2..], "") : (text[2..end], text[end..]);
            }
            return new Parts(scheme, authority, text, query, fragment);
        }

        public override string ToString() =>
            (Scheme is null ? "" : Scheme + ":") + (Authority is null ? "" : "//" + Authority) + Path
            + (Query is null ? "" : "?" + Query) + (Fragment is null ? "" : "#" + Fragment);
    }

    private static readonly System.Buffers.SearchValues<char> s_schemeCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
}
