using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>One middleware plugin: what it returns is made fit for what lies further out.</summary>
/// <param name="plugin">The plugin.</param>
/// <param name="name">Its name.</param>
/// <param name="handsThrough">Whether raw answers count here.</param>
internal sealed class MiddlewareStep(IProxyMiddleware plugin, string name, bool handsThrough) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var call = plugin.InvokeAsync(request, next, cancellationToken);
        return call.IsCompletedSuccessfully ? new(Checked(call.Result)) : AwaitAsync(call);
    }

    private async ValueTask<ProxyResult> AwaitAsync(ValueTask<ProxyResult> call) => Checked(await call.ConfigureAwait(false));

    private ProxyResult Checked(ProxyResult result)
    {
        if (result.Response is not { } response)
            return result.Error is null ? new GatewayError(GatewayErrorKind.Internal, $"the plugin {name} gave no answer") : result;
        // Data beside a failure is a part of an answer (EXT-056).
        if (result.Error is not null)
            response.IsComplete = false;
        if (RawAnswer.Settle(response, handsThrough) is not { } refusal)
            return result;
        response.Dispose();
        return new GatewayError(GatewayErrorKind.Internal, $"the plugin {name} gave no HTTP answer: {refusal}");
    }
}
