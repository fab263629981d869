using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Http;

/// <summary>The names of <c>Vary</c> (RFC 9110, 12.5.5), in lower case and in order, so that equal rules are equal lists.</summary>
internal static class VaryRule
{
    /// <summary>Names of the longest rule.</summary>
    public const int MostNames = 16;

    private const int MostCharacters = 1 << 10;

    /// <summary>
    /// Reads them off an answer; <see langword="null"/> when no request can match it: <c>*</c>, or more names than anyone needs. An answer whose
    /// body is encoded differs by <c>Accept-Encoding</c> even if the backend forgot to say so (MAN-414).
    /// </summary>
    public static string[]? Of(NameValueList headers)
    {
        SortedSet<string>? names = null;
        var length = 0;
        foreach (ref readonly var header in headers.Items)
        {
            if (header.Key.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase) && !header.Value.Equals("identity", StringComparison.OrdinalIgnoreCase))
                (names ??= new(StringComparer.Ordinal)).Add("accept-encoding");
            if (!header.Key.Equals("Vary", StringComparison.OrdinalIgnoreCase))
                continue;
            length += header.Value.Length;
            if (length > MostCharacters)
                return null;
            foreach (var part in header.Value.AsSpan().Split(','))
            {
                var name = header.Value.AsSpan(part).Trim(" \t");
                if (name is "*")
                    return null;
                if (name.Length > 0)
                    (names ??= new(StringComparer.Ordinal)).Add(Lower(name));
            }
        }
        if (names is null)
            return [];
        return names.Count > MostNames ? null : [.. names];
    }

    private static string Lower(ReadOnlySpan<char> name)
    {
        Span<char> lower = stackalloc char[name.Length];
        name.ToLowerInvariant(lower);
        return new string(lower);
    }
}
