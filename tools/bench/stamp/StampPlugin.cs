using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Bench.Stamp;

/// <summary>Writes into every answer which build of the plugin served it.</summary>
public sealed class StampPlugin : GatewayPlugin
{
#if BUILD_B
    private const string Build = "B";
#else
    private const string Build = "A";
#endif

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Proxy("stamp/stamp", ProxyStages.Middleware, static (_, _, _) => new Middleware());

    private sealed class Middleware : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            if (result.Response?.Data is { } data)
                data.Tree["second"] = new DataString(Build);
            return result;
        }
    }
}
