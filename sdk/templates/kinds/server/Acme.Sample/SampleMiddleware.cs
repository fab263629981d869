using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Acme.Sample;

/// <summary>Sets the header before anything behind it answers.</summary>
public sealed class SampleMiddleware(SampleConfig config) : IHttpMiddleware
{
    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers[config.Header] = config.Value;
        return next(context);
    }
}
