using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>Charges answers with what they cost (TRF-173, TRF-175).</summary>
/// <param name="source">Where they say it.</param>
/// <param name="timeout">How long Redis may take.</param>
/// <param name="logger">Log.</param>
/// <param name="prefix">What its lines begin with.</param>
internal sealed partial class WeightCharge(WeightSource source, TimeSpan timeout, ILogger logger, string prefix)
{
    /// <summary>Charges an outcome; one without an answer costs nothing. A client that left meanwhile pays all the same.</summary>
    public async ValueTask SettleAsync(Account account, ProxyResult result)
    {
        if (result.Response is not { } response)
            return;
        if (!source.TryRead(response, out var weight))
        {
            // What failed in part says why itself.
            if (result.Error is null)
                Log.NoWeight(logger, prefix, source.Key);
            return;
        }
        if (weight > 0)
            await account.Quota.ChargeAsync(account.Client, weight, timeout, CancellationToken.None).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Quota] the answer has no number in \"{Key}\": nothing is counted")]
        public static partial void NoWeight(ILogger logger, string prefix, string key);
    }
}

/// <summary>Charges the answers of an endpoint, outside of everything that works on them.</summary>
internal sealed class EndpointWeight(WeightCharge charge) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
        // Read before the call: afterwards the exchange may be another request's.
        request.HttpContext?.Features.Get<Account>() is { } account ? CallAsync(account, request, next, cancellationToken) : next(request, cancellationToken);

    private async ValueTask<ProxyResult> CallAsync(Account account, ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        await charge.SettleAsync(account, result).ConfigureAwait(false);
        return result;
    }
}
