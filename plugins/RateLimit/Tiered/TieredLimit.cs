using KrakenPlugins.Tiers;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Tiered;

/// <summary>Asks the limit of the tier that a request belongs to; a request without tier is admitted (TRF-057, TRF-058).</summary>
/// <param name="selector">Chooses the tier.</param>
/// <param name="limits">The limit of each, or <see langword="null"/> where a tier has none.</param>
internal sealed class TieredLimit(TierSelector selector, HttpGate?[] limits) : HttpGate
{
    protected internal override ValueTask<bool> AdmitAsync(HttpContext exchange)
    {
        var tier = selector.Select(exchange.Request.Headers);
        return tier >= 0 && limits[tier] is { } limit ? limit.AdmitAsync(exchange) : new(true);
    }
}

/// <summary>Two limits that a request must both pass; the second is asked when the first admits (TRF-061).</summary>
/// <param name="first">The one that is asked first.</param>
/// <param name="second">The other.</param>
internal sealed class BothLimits(HttpGate first, HttpGate second) : HttpGate
{
    protected internal override ValueTask<bool> AdmitAsync(HttpContext exchange)
    {
        var admission = first.AdmitAsync(exchange);
        if (!admission.IsCompletedSuccessfully)
            return WaitAsync(admission, exchange);
        return admission.Result ? second.AdmitAsync(exchange) : new(false);
    }

    private async ValueTask<bool> WaitAsync(ValueTask<bool> admission, HttpContext exchange) =>
        await admission.ConfigureAwait(false) && await second.AdmitAsync(exchange).ConfigureAwait(false);
}
