using Gateway.Core.Manipulation;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>Reshapes the merged object of an endpoint; a merge with failures passes unchanged (MAN-053, 054).</summary>
internal sealed class EndpointFlatmap(Flatmap flatmap) : IProxyMiddleware
{
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (result.Error is not null || result.Response is not { Data: { } data } response)
            return result;
        if (flatmap.Apply(data.Tree) is { } reshaped)
        {
            data.Tree = reshaped;
            return result;
        }
        data.Dispose();
        response.Data = null;
        return result;
    }
}
