using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sidecar.Tests.Testing;

/// <summary>A plugin of what a test wants.</summary>
internal class AdHocPlugin(Action<IPluginRegistry> register) : GatewayPlugin
{
    public List<string> Events { get; } = [];

    public override void Register(IPluginRegistry registry) => register(registry);

    public override ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        Events.Add("started");
        return default;
    }

    public override ValueTask StopAsync(CancellationToken cancellationToken)
    {
        Events.Add("stopped");
        return default;
    }
}

/// <summary>Components of what a test wants.</summary>
internal static class AdHoc
{
    public static IHttpMiddleware Http(Func<HttpContext, RequestDelegate, Task> run) => new HttpComponent(run);

    public static IProxyMiddleware Proxy(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> run) => new ProxyComponent(run);

    public static IClientMiddleware Client(Func<ProxyRequest, ClientHandler, CancellationToken, ValueTask<ClientResult>> run) => new ClientComponent(run);

    public static IRequestModifier Request(Func<ProxyRequest, GatewayError?> run) => new RequestComponent(run);

    public static IResponseModifier Response(Func<ProxyRequest, ProxyResponse, GatewayError?> run) => new ResponseComponent(run);

    private sealed class HttpComponent(Func<HttpContext, RequestDelegate, Task> run) : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => run(context, next);
    }

    private sealed class ProxyComponent(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> run) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => run(request, next, cancellationToken);
    }

    private sealed class ClientComponent(Func<ProxyRequest, ClientHandler, CancellationToken, ValueTask<ClientResult>> run) : IClientMiddleware
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken) => run(request, next, cancellationToken);
    }

    private sealed class RequestComponent(Func<ProxyRequest, GatewayError?> run) : IRequestModifier
    {
        public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken) => new(run(request));
    }

    private sealed class ResponseComponent(Func<ProxyRequest, ProxyResponse, GatewayError?> run) : IResponseModifier
    {
        public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken) => new(run(request, response));
    }
}
