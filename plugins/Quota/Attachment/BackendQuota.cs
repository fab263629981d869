using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>
/// A quota of the calls of a backend (TRF-166, TRF-167). Its refusals say nothing of the backend. Clients see their statuses only where those of the
/// backend are handed on.
/// </summary>
/// <param name="quota">The quota.</param>
/// <param name="charge">Charges answers; <see langword="null"/> when each call counts 1.</param>
/// <param name="handsStatusOn">Whether the backend's statuses reach clients.</param>
internal sealed class BackendQuota(AttachedQuota<BackendClients> quota, WeightCharge? charge, bool handsStatusOn) : IProxyMiddleware
{
    private static readonly GatewayError s_late = new(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded) { IsNeutral = true };

    private readonly GatewayError _exhausted = Refusal(QuotaTexts.Exhausted, handsStatusOn ? StatusCodes.Status429TooManyRequests : StatusCodes.Status500InternalServerError);
    private readonly GatewayError _unmatched = Refusal(QuotaTexts.Unmatched, handsStatusOn ? StatusCodes.Status400BadRequest : StatusCodes.Status500InternalServerError);
    private readonly GatewayError _unavailable = Refusal(QuotaTexts.Unavailable, StatusCodes.Status500InternalServerError);

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var index = quota.Selector.Select(request.Headers.Get(quota.Selector.Header));
        if (index >= 0 && quota.Tiers[index].Clients.Of(request) is { Length: > 0 } client)
            return CallAsync(quota.Tiers[index].AccountOf(client), request, next, cancellationToken);
        return quota.AllowsUnmatched ? next(request, cancellationToken) : new(_unmatched);
    }

    private async ValueTask<ProxyResult> CallAsync(Account account, ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        QuotaDecision decision;
        try
        {
            decision = await account.Quota.TakeAsync(account.Client, charge is null ? 1 : 0, quota.Timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The time was over while Redis was asked: the backend has nothing to do with it.
            return s_late;
        }
        switch (decision.Outcome)
        {
            case QuotaOutcome.Exhausted:
                return _exhausted;
            case QuotaOutcome.Unavailable:
                return _unavailable;
        }
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (charge is not null && decision.Outcome == QuotaOutcome.Allowed)
            await charge.SettleAsync(account, result).ConfigureAwait(false);
        return result;
    }

    private static GatewayError Refusal(string message, int status) => new(GatewayErrorKind.Rejected, message, status) { IsNeutral = true };
}
