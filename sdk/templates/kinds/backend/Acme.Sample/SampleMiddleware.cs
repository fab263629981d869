using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Sets the header on this backend's own copy of the request.</summary>
public sealed class SampleMiddleware(SampleConfig config) : IProxyMiddleware
{
    private readonly string _header = HeaderName.Canonicalize(config.Header);

    /// <inheritdoc/>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        request.Headers.Set(_header, config.Value);
        return next(request, cancellationToken);
    }
}
