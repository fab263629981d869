using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>Components from lambdas, for tests that stand inside the pipelines.</summary>
public static class TestComponents
{
    /// <summary>A component of the proxy pipeline, inside of everything but the merge.</summary>
    public static PluginRegistry Proxy(string name, Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> step)
    {
        var registry = new PluginRegistry();
        registry.Proxy(name, ProxyStages.Modifiers, (_, _, _) => new ProxyStep(step));
        return registry;
    }

    /// <summary>A component around the routes of the service.</summary>
    public static PluginRegistry Server(string name, Stage stage, Func<HttpContext, RequestDelegate, Task> step)
    {
        var registry = new PluginRegistry();
        registry.Server(name, stage, (_, _, _) => new HttpStep(step));
        return registry;
    }

    private sealed class ProxyStep(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> step) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => step(request, next, cancellationToken);
    }

    private sealed class HttpStep(Func<HttpContext, RequestDelegate, Task> step) : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => step(context, next);
    }
}
