using KrakenPlugins.Plugin.V1;

namespace KrakenPlugins.Sidecar.Components;

/// <summary>The layers of the protocol by the names that <c>plugin.json</c> has for them, and what their components can be sent.</summary>
internal static class LayerNames
{
    /// <summary>As in <c>plugin.json</c>.</summary>
    public static string NameOf(Layer layer) => layer switch
    {
        Layer.Server => "server",
        Layer.Endpoint => "endpoint",
        Layer.Proxy => "proxy",
        Layer.Backend => "backend",
        Layer.Client => "client",
        Layer.Executor => "executor",
        Layer.HttpServer => "http-server",
        Layer.HttpClient => "http-client",
        Layer.RequestModifier => "request-modifier",
        Layer.ResponseModifier => "response-modifier",
        Layer.Middleware => "middleware",
        _ => "unknown",
    };

    /// <summary>All that a layer has: bodies on demand where they are bytes, data as a whole.</summary>
    public static Needs AllOf(Layer layer)
    {
        var body = layer is Layer.Server or Layer.Endpoint or Layer.HttpServer or Layer.Client or Layer.HttpClient ? BodyNeed.Streamed : BodyNeed.Buffered;
        var hasResponse = layer is not (Layer.Executor or Layer.RequestModifier);
        return new Needs
        {
            RequestHead = true,
            RequestBody = body,
            ResponseHead = hasResponse,
            ResponseBody = hasResponse ? body : BodyNeed.Unspecified,
            Claims = true,
        };
    }

    /// <summary>What is left of needs under a bound.</summary>
    public static Needs Within(Needs needs, Needs bound)
    {
        var limited = new Needs
        {
            RequestHead = needs.RequestHead && bound.RequestHead,
            RequestBody = needs.RequestBody == BodyNeed.Unspecified ? BodyNeed.Unspecified : bound.RequestBody,
            ResponseHead = needs.ResponseHead && bound.ResponseHead,
            ResponseBody = needs.ResponseBody == BodyNeed.Unspecified ? BodyNeed.Unspecified : bound.ResponseBody,
            Claims = needs.Claims && bound.Claims,
        };
        limited.Headers.AddRange(bound.Headers.Count > 0 ? bound.Headers : needs.Headers);
        return limited;
    }
}
