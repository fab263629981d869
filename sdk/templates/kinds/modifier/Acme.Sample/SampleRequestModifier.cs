using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Sets a header, and refuses a request that brings another tenant's.</summary>
public sealed class SampleRequestModifier(SampleConfig config) : IRequestModifier
{
    /// <inheritdoc/>
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.Get("X-Tenant") is { } other && other != config.Tenant)
            return new(new GatewayError(GatewayErrorKind.Rejected, "another tenant", 403));
        request.Headers.Set("X-Tenant", config.Tenant);
        return default;
    }
}
