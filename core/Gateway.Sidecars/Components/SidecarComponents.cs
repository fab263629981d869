using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>What stands in the pipelines for components of sidecars: one for each place, used by all its requests.</summary>
internal static class SidecarComponents
{
    /// <summary>Around exchanges: layers server, endpoint and http-server.</summary>
    public static IHttpMiddleware Http(SidecarPlace place) => new HttpComponent(new PlaceWork(place));

    /// <summary>Around data: layers proxy, backend and middleware.</summary>
    public static IProxyMiddleware Proxy(SidecarPlace place) => new ProxyComponent(new PlaceWork(place));

    /// <summary>In place of a backend's transport: layer executor.</summary>
    public static IProxyMiddleware Executor(SidecarPlace place) => new ExecutorComponent(new PlaceWork(place));

    /// <summary>Around raw HTTP calls: layers client and http-client.</summary>
    public static IClientMiddleware Client(SidecarPlace place) => new ClientComponent(new PlaceWork(place));

    /// <summary>Before a request: layer request-modifier.</summary>
    public static IRequestModifier RequestModifier(SidecarPlace place) => new RequestModifierComponent(new PlaceWork(place));

    /// <summary>After a response: layer response-modifier.</summary>
    public static IResponseModifier ResponseModifier(SidecarPlace place) => new ResponseModifierComponent(new PlaceWork(place));
}
