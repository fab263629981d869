using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecars.Components;

/// <summary>Around the exchanges of the service or an endpoint (server, endpoint, http-server).</summary>
internal sealed class HttpComponent(PlaceWork work) : IHttpMiddleware
{
    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) => new HttpWalk(work, context, next).RunAsync();
}
