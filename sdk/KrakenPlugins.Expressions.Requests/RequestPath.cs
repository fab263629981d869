using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests;

/// <summary>What <c>req_path</c> is.</summary>
public static class RequestPath
{
    /// <summary>In front of the merge: the client's path; empty where no client called (agents).</summary>
    public static string OfEndpoint(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.HttpContext?.Request.Path.Value ?? "";
    }

    /// <summary>
    /// At a backend: the path that was generated for it with the fixed query text of <c>url_pattern</c>, without the client's query that
    /// stands behind it (RTE-220).
    /// </summary>
    public static string OfBackend(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var target = request.Target;
        var end = target.Length;
        for (var pairs = request.Query.Count; pairs > 0; pairs--)
        {
            var separator = target.AsSpan(0, end).LastIndexOfAny('?', '&');
            if (separator < 0)
                break;
            end = separator;
            if (target[separator] == '?')
                break;
        }
        return end == target.Length ? target : target[..end];
    }
}
