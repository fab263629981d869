using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.FrontDoor.Stages;

/// <summary>A component of the proxy or backend pipelines, or an executor, that does what a test says.</summary>
internal sealed class ProxyProbe(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> run) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => run(request, next, cancellationToken);
}

/// <summary>A component around the raw call that does what a test says.</summary>
internal sealed class ClientProbe(Func<ProxyRequest, ClientHandler, CancellationToken, ValueTask<ClientResult>> run) : IClientMiddleware
{
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken) => run(request, next, cancellationToken);
}

/// <summary>A component on the HTTP exchange that does what a test says.</summary>
internal sealed class HttpProbe(Func<HttpContext, RequestDelegate, Task> run) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next) => run(context, next);
}
