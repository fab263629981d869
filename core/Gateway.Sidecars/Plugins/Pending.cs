using Gateway.Sidecars.Plugins;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Plugins
{
    internal static class LinkSession
    {
        public static Task<ISidecarSession> DialAsync(SidecarTarget target, CancellationToken cancellationToken) => throw new SidecarException($"{target.Id} cannot be dialled");
    }
}

namespace Gateway.Sidecars.Components
{
    internal static class SidecarComponents
    {
        public static IHttpMiddleware Http(SidecarPlace place) => throw new SidecarException(place.Name);
        public static IProxyMiddleware Proxy(SidecarPlace place) => throw new SidecarException(place.Name);
        public static IProxyMiddleware Executor(SidecarPlace place) => throw new SidecarException(place.Name);
        public static IClientMiddleware Client(SidecarPlace place) => throw new SidecarException(place.Name);
        public static IRequestModifier RequestModifier(SidecarPlace place) => throw new SidecarException(place.Name);
        public static IResponseModifier ResponseModifier(SidecarPlace place) => throw new SidecarException(place.Name);
    }
}
