namespace Gateway.Core.Server;

/// <summary>
/// Finds path and query in the raw request target (RFC 9112, section 3.2): origin form, absolute form, <c>*</c> and authority form.
/// Routing works on these bytes and never on a path that somebody normalised.
/// </summary>
internal static class TargetForm
{
    /// <summary>Sets the ranges of the exchange; <see langword="false"/> when the target is of no form.</summary>
    public static bool TryParse(Exchange exchange)
    {
        var target = exchange.Target.AsSpan();
        if (target.IsEmpty)
            return false;
        var start = 0;
        if (target[0] != '/')
        {
            start = AbsolutePathStart(target);
            if (start < 0)
            {
                // "*" and "host:port" name no resource: an empty path matches no route.
                exchange.PathRange = (0, 0);
                exchange.QueryRange = (0, 0);
                return true;
            }
        }
        var rest = target[start..];
        var query = rest.IndexOf('?');
        exchange.PathRange = (start, query < 0 ? rest.Length : query);
        exchange.QueryRange = query < 0 ? (0, 0) : (start + query + 1, rest.Length - query - 1);
        return true;
    }

    private static int AbsolutePathStart(ReadOnlySpan<char> target)
    {
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
            return -1;
        var authority = scheme + 3;
        var end = target[authority..].IndexOfAny('/', '?');
        return end < 0 ? target.Length : authority + end;
    }
}
