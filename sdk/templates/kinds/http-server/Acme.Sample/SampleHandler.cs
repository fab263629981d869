using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Acme.Sample;

/// <summary>Answers its path, and hands everything else on.</summary>
public sealed class SampleHandler(SampleConfig config) : IHttpMiddleware
{
    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.Value == config.Path ? context.Response.WriteAsync(config.Text, context.RequestAborted) : next(context);
}
