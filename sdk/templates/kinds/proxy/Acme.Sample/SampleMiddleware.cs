using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Adds the field to the merged data of all backends.</summary>
public sealed class SampleMiddleware(SampleConfig config) : IProxyMiddleware
{
    /// <inheritdoc/>
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        // A failure, or the raw answer of a no-op endpoint, has no data.
        if (result.Response?.Data is { } data)
            data.Tree[config.Field] = new DataString(config.Text);
        return result;
    }
}
