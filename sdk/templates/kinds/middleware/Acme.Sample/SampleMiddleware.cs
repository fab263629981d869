using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Puts an incomplete answer in the place of a failure, unless the client is gone.</summary>
public sealed class SampleMiddleware(SampleConfig config) : IProxyMiddleware
{
    /// <inheritdoc/>
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (result.Error is null || result.Response is not null || result.Error.Kind == GatewayErrorKind.ClientAborted)
            return result;
        var data = new DataObject { ["fallback"] = new DataString(config.Text) };
        return new ProxyResponse { Data = new TreePayload(data), IsComplete = false };
    }
}
