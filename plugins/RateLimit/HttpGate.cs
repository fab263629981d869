using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit;

/// <summary>A limit on the HTTP exchange, which can be asked alone (by a tier) or stands in the pipeline. Asking allocates nothing while no one has to wait.</summary>
internal abstract class HttpGate : IHttpMiddleware
{
    /// <summary>Decides about a request: <see langword="true"/> to go on, <see langword="false"/> when it was refused and answered.</summary>
    protected internal abstract ValueTask<bool> AdmitAsync(HttpContext exchange);

    public Task InvokeAsync(HttpContext exchange, RequestDelegate next)
    {
        var admission = AdmitAsync(exchange);
        if (!admission.IsCompletedSuccessfully)
            return WaitAsync(admission, exchange, next);
        return admission.Result ? next(exchange) : Task.CompletedTask;
    }

    private static async Task WaitAsync(ValueTask<bool> admission, HttpContext exchange, RequestDelegate next)
    {
        if (await admission.ConfigureAwait(false))
            await next(exchange).ConfigureAwait(false);
    }
}
