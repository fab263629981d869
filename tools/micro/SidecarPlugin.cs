using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar;

namespace Gateway.Micro;

/// <summary>A plugin behind the library, for <see cref="SidecarMicro"/>: marks the request of a backend and its answer.</summary>
internal sealed class SidecarPlugin : GatewayPlugin
{
    /// <summary>Namespace of its component.</summary>
    public const string Namespace = "micro/mark";

    public static int Run() => PluginProcess.RunAsync(new SidecarPlugin(), new PluginProcessOptions { Id = "micro", Version = "1.0.0" }).GetAwaiter().GetResult();

    public override void Register(IPluginRegistry registry) => registry.Client(Namespace, ClientStages.Martian, static (_, _, _) => new Mark());

    private sealed class Mark : IClientMiddleware
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
