using Gateway.Sidecars.Supervision;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

internal static class SidecarComponents
{
    public static IHttpMiddleware Http(SidecarPlace place) => throw new SidecarException(place.Name);
    public static IProxyMiddleware Proxy(SidecarPlace place) => throw new SidecarException(place.Name);
    public static IProxyMiddleware Executor(SidecarPlace place) => throw new SidecarException(place.Name);
    public static IClientMiddleware Client(SidecarPlace place) => throw new SidecarException(place.Name);
    public static IRequestModifier RequestModifier(SidecarPlace place) => throw new SidecarException(place.Name);
    public static IResponseModifier ResponseModifier(SidecarPlace place) => throw new SidecarException(place.Name);
}
