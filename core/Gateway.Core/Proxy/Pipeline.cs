using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core.Proxy;

/// <summary>Composes middleware, outermost first, with what they surround into one delegate.</summary>
internal static class Pipeline
{
    public static ProxyHandler Compose(IReadOnlyList<IProxyMiddleware> outermostFirst, ProxyHandler inner)
    {
        for (var i = outermostFirst.Count - 1; i >= 0; i--)
            inner = new ProxyStep(outermostFirst[i], inner).InvokeAsync;
        return inner;
    }

    public static ClientHandler Compose(IReadOnlyList<IClientMiddleware> outermostFirst, ClientHandler inner)
    {
        for (var i = outermostFirst.Count - 1; i >= 0; i--)
            inner = new ClientStep(outermostFirst[i], inner).InvokeAsync;
        return inner;
    }

    public static RequestDelegate Compose(IReadOnlyList<IHttpMiddleware> outermostFirst, RequestDelegate inner)
    {
        for (var i = outermostFirst.Count - 1; i >= 0; i--)
            inner = new HttpStep(outermostFirst[i], inner).InvokeAsync;
        return inner;
    }

    private sealed class ProxyStep(IProxyMiddleware middleware, ProxyHandler next)
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken) =>
            middleware.InvokeAsync(request, next, cancellationToken);
    }

    private sealed class ClientStep(IClientMiddleware middleware, ClientHandler next)
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken) =>
            middleware.InvokeAsync(request, next, cancellationToken);
    }

    private sealed class HttpStep(IHttpMiddleware middleware, RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => middleware.InvokeAsync(context, next);
    }
}
