using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Tiers;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>A quota at its place: which tier a request is in, and what holds there.</summary>
/// <typeparam name="TClients">What tells clients apart.</typeparam>
/// <param name="Selector">Chooses the tier.</param>
/// <param name="Tiers">The tiers, by the selector's index.</param>
/// <param name="AllowsUnmatched">Whether requests of no tier pass uncounted.</param>
/// <param name="Timeout">How long Redis may take.</param>
/// <param name="Weight">Where the answer says what it cost; <see langword="null"/> for one each.</param>
/// <param name="ShowsHeaders">Whether clients learn of the quota.</param>
internal sealed record AttachedQuota<TClients>(
    TierSelector Selector, IReadOnlyList<QuotaTier<TClients>> Tiers, bool AllowsUnmatched, TimeSpan Timeout, WeightSource? Weight, bool ShowsHeaders);

/// <summary>A tier.</summary>
/// <param name="Quota">Its limits.</param>
/// <param name="Clients">Who is a client.</param>
/// <param name="HidesClients">Whether clients are told apart by a secret, which no counter is named by (TRF-432).</param>
internal sealed record QuotaTier<TClients>(IQuota Quota, TClients Clients, bool HidesClients)
{
    /// <summary>Whose counters a client has.</summary>
    public Account AccountOf(string client) => new(Quota, HidesClients ? ClientDigest.Of(client) : client);
}

/// <summary>Whose counters a request is counted in.</summary>
/// <param name="Quota">The limits.</param>
/// <param name="Client">The client.</param>
internal sealed record Account(IQuota Quota, string Client);
