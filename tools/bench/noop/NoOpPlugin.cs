using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Bench.NoOp;

/// <summary>A plugin with one namespace of an endpoint, whose middleware hands every request on.</summary>
/// <param name="name">The namespace.</param>
public abstract class NoOpPlugin(string name) : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Proxy(name, ProxyStages.Middleware, static (_, _, _) => new Middleware());

    private sealed class Middleware : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => next(request, cancellationToken);
    }
}
