using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Bench.Mark;

/// <summary>Marks a backend's request on its way out, and its answer on its way in.</summary>
public sealed class MarkPlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Client("bench/mark", ClientStages.Martian, static (_, _, _) => new Middleware());

    private sealed class Middleware : IClientMiddleware
    {
        public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            request.Headers.Set("X-Mark", "1");
            var result = await next(request, cancellationToken);
            result.Response?.Headers.Set("X-Marked", "1");
            return result;
        }
    }
}
