using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>What to do with a redirect: neither field set means that the answer is handed on.</summary>
internal readonly record struct RedirectStep(ProxyRequest? Request, GatewayError? Error);

/// <summary>The redirects of one call (RTE-305..310): how many there were, and which headers may still travel.</summary>
internal sealed class RedirectChain(BackendHost origin)
{
    private const int MaxRequests = 10;
    private int _requests = 1;
    private bool _hasLeftDomain;
    private string? _referer;

    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    /// <summary>The next request, if the answer is to be followed.</summary>
    public RedirectStep Next(ProxyRequest request, Http1Response response, bool resendsBody)
    {
        if (response.Location is not { Length: > 0 } location)
            return default;
        var keepsMethod = response.StatusCode is 307 or 308;
        if (keepsMethod && !request.Body.IsEmpty && !resendsBody)
            return default;
        if (_requests == MaxRequests)
            return new(null, new GatewayError(GatewayErrorKind.Payload, $"stopped after {MaxRequests} redirects"));
        if (!LocationResolver.TryResolve(request.Host!, request.Host!.BasePath + request.Target, location, out var host, out var target, out var problem))
            return new(null, new GatewayError(GatewayErrorKind.Payload, problem));
        _requests++;

        var next = request.Fork();
        next.Host = host;
        next.Target = target;
        if (host.Scheme == request.Host.Scheme && host.Authority == request.Host.Authority)
        {
            next.Affinity = request.Affinity;
        }
        else
        {
            next.HostHeader = null;
            // What authenticates a connection means nothing to another server, and must not be shown to it.
            if (request.Affinity is not null)
                next.Headers.Remove("Authorization");
        }
        if (!keepsMethod)
        {
            if (next.Method != "HEAD")
                next.Method = "GET";
            next.Body = RequestBody.Empty;
        }
        if (next.CredentialHeader is { } credentials && !IsSameService(request.Host, host))
            next.Headers.Remove(credentials);
        SetReferer(next, request, host);
        StripCredentials(next, host);
        return new(next, null);
    }

    private void SetReferer(ProxyRequest next, ProxyRequest previous, BackendHost host)
    {
        if (previous.Host!.IsSecure && !host.IsSecure)
        {
            next.Headers.Remove("Referer");
            return;
        }
        // A Referer that the client sent stays; the one that an earlier hop wrote is written anew.
        if (previous.Headers.Get("Referer") is { } referer && referer != _referer)
            return;
        _referer = $"{previous.Host}{previous.Target}";
        next.Headers.Set("Referer", _referer);
    }

    /// <summary>Credentials do not leave the domain, and do not come back once they were dropped.</summary>
    private void StripCredentials(ProxyRequest next, BackendHost host)
    {
        _hasLeftDomain |= !IsSameOrSubdomain(host.Host, origin.Host);
        if (!_hasLeftDomain)
            return;
        next.Headers.Remove("Authorization");
        next.Headers.Remove("Www-Authenticate");
        next.Headers.Remove("Cookie");
        next.Headers.Remove("Cookie2");
    }

    /// <summary>Whether credentials of the gateway's own may follow: the same host and port, or the same host over TLS instead of clear text.</summary>
    private static bool IsSameService(BackendHost from, BackendHost to) =>
        string.Equals(from.Host, to.Host, StringComparison.OrdinalIgnoreCase)
        && (from.IsSecure == to.IsSecure ? from.Port == to.Port : to.IsSecure);

    private static bool IsSameOrSubdomain(string host, string domain)
    {
        if (string.Equals(host, domain, StringComparison.OrdinalIgnoreCase))
            return true;
        return !host.Contains(':', StringComparison.Ordinal)
            && host.Length > domain.Length
            && host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            && host[host.Length - domain.Length - 1] == '.';
    }
}
