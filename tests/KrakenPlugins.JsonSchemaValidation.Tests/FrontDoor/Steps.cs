using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.JsonSchemaValidation.Tests.FrontDoor;

/// <summary>Notes that a request came by.</summary>
internal sealed class Step(List<string> order, string name) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        order.Add(name);
        return next(request, cancellationToken);
    }
}

/// <summary>Notes that an exchange came by.</summary>
internal sealed class HttpStep(List<string> order, string name) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        order.Add(name);
        return next(context);
    }
}

/// <summary>A guard that lets nobody in.</summary>
internal sealed class Refusing : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
