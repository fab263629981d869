using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Acme.Sample;

/// <summary>Answers in place of the endpoint when the header is missing.</summary>
public sealed partial class SampleMiddleware(SampleConfig config, ILogger logger, string prefix) : IHttpMiddleware
{
    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey(config.Header))
            return next(context);
        Log.Refused(logger, prefix, config.Header);
        context.Response.StatusCode = config.Status;
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Acme.Sample] no header {Header}")]
        public static partial void Refused(ILogger logger, string prefix, string header);
    }
}
