using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>A quota on the HTTP exchange, of the service or of an endpoint (TRF-162 to TRF-173).</summary>
/// <param name="quota">The quota.</param>
/// <param name="context">Where refusals are noted.</param>
internal sealed class HttpQuota(AttachedQuota<ClientIdentity> quota, IServiceContext context) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext exchange, RequestDelegate next)
    {
        var index = quota.Selector.Select(exchange.Request.Headers);
        if (index >= 0 && quota.Tiers[index].Clients.TryReadText(exchange, out var client))
            return DecideAsync(quota.Tiers[index].AccountOf(client), exchange, next);
        return quota.AllowsUnmatched ? next(exchange) : Refuse(exchange, StatusCodes.Status400BadRequest, QuotaTexts.Unmatched);
    }

    private async Task DecideAsync(Account account, HttpContext exchange, RequestDelegate next)
    {
        var decision = await account.Quota.TakeAsync(account.Client, quota.Weight is null ? 1 : 0, quota.Timeout, exchange.RequestAborted).ConfigureAwait(false);
        switch (decision.Outcome)
        {
            case QuotaOutcome.Allowed when quota.Weight is not null:
                exchange.Features.Set(account);
                break;
            case QuotaOutcome.Allowed when quota.ShowsHeaders:
                QuotaHeaders.Show(exchange.Response, decision.Windows);
                break;
            case QuotaOutcome.Exhausted:
                if (quota.ShowsHeaders)
                    QuotaHeaders.ShowRetry(exchange.Response, decision.RetryAfter);
                await Refuse(exchange, StatusCodes.Status429TooManyRequests, QuotaTexts.Exhausted).ConfigureAwait(false);
                return;
            case QuotaOutcome.Unavailable:
                await Refuse(exchange, StatusCodes.Status500InternalServerError, QuotaTexts.Unavailable).ConfigureAwait(false);
                return;
        }
        await next(exchange).ConfigureAwait(false);
    }

    private Task Refuse(HttpContext exchange, int status, string reason)
    {
        context.NoteError(exchange, reason);
        exchange.Response.StatusCode = status;
        exchange.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}

/// <summary>A quota of the service whose processor or rule is missing: nobody is served (TRF-177).</summary>
/// <param name="context">Where refusals are noted.</param>
internal sealed class MissingQuota(IServiceContext context) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext exchange, RequestDelegate next)
    {
        context.NoteError(exchange, QuotaTexts.Missing);
        exchange.Response.StatusCode = StatusCodes.Status500InternalServerError;
        exchange.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}

/// <summary>What logs and failures say.</summary>
internal static class QuotaTexts
{
    /// <summary>A window is exhausted.</summary>
    public const string Exhausted = "quota exhausted";

    /// <summary>No tier, or no client.</summary>
    public const string Unmatched = "no tier of the quota matches";

    /// <summary>Redis did not answer.</summary>
    public const string Unavailable = "the quota cannot be counted";

    /// <summary>The configuration is faulty.</summary>
    public const string Missing = "the quota has no processor";
}
