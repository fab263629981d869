using System.Globalization;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Tiers;

namespace KrakenPlugins.RateLimit.Tiered;

/// <summary>Reads <c>qos/ratelimit/tiered</c>. What cannot be read refuses the start: the traffic that it was to limit would be unlimited.</summary>
/// <param name="place">Where the component stands.</param>
/// <param name="diagnostics">Where faults are reported.</param>
internal sealed class TieredReader(LimitPlace place, ConfigDiagnostics diagnostics)
{
    private const string ApiKeys = "auth/api-keys";

    private readonly LimitReader _reader = new(diagnostics);
    private readonly HashSet<string> _stateKeys = new(StringComparer.Ordinal);
    private bool _hasFailed;

    /// <summary>The component; <see langword="null"/> after errors were reported.</summary>
    public TieredLimit? Read(ConfigNode config)
    {
        if (_reader.Bind<TieredSettings>(config, place.Path) is not { } settings)
            return null;
        RefuseForgedRole(settings);
        var selector = TierSelector.Create(settings.Source!, settings.TierKey, [.. settings.Tiers.Select(static t => new TierSettings(t.Source!, t.TierValue, t.TierValueAs))], diagnostics);
        var limits = new HttpGate?[settings.Tiers.Count];
        for (var i = 0; i < limits.Length; i++)
            limits[i] = ReadTier(i, settings.Tiers[i], settings.TierKey);
        return selector is null || _hasFailed ? null : new TieredLimit(selector, limits);
    }

    private HttpGate? ReadTier(int index, TierLimitSettings tier, string tierKey)
    {
        if (tier.Ratelimit is null && tier.RatelimitRedis is null)
            tier.Source!.Notice(diagnostics, "ratelimit", "the tier has no limit; expected \"ratelimit\" or \"ratelimit_redis\" unless its requests are to be unlimited");
        if (tier.RatelimitRedis is not null)
        {
            _reader.Refuse(tier.Source!, "ratelimit_redis", "this build has no limits in Redis; expected \"ratelimit\"");
            _hasFailed = true;
        }
        return ReadMemory(index, tier, tierKey);
    }

    private HttpLimit? ReadMemory(int index, TierLimitSettings tier, string tierKey)
    {
        if (tier.Ratelimit is not { } config)
            return null;
        WarnOfTierAsClient(tier, config, "ratelimit", tierKey);
        var found = new ConfigDiagnostics();
        var limit = MemoryLimits.Create(config, PlaceOf(index, tier, "ratelimit"), found);
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        _hasFailed |= found.HasErrors;
        return limit;
    }

    private LimitPlace PlaceOf(int index, TierLimitSettings tier, string attribute) => place with
    {
        Path = tier.Source!.Path.Member(attribute),
        LogPrefix = string.Create(CultureInfo.InvariantCulture, $"{place.LogPrefix}[Tier {index}]"),
        Policy = $"{place.Policy}-tier",
        StateKey = StateKeyOf(tier),
    };

    // By what matches, so that a tier keeps its buckets when others come, go or change (TRF-412). A second one of the same value gets no request.
    private string StateKeyOf(TierLimitSettings tier)
    {
        var key = $"{tier.TierValueAs}:{tier.TierValue}";
        for (var n = 2; !_stateKeys.Add(key); n++)
            key = string.Create(CultureInfo.InvariantCulture, $"{n}:{tier.TierValueAs}:{tier.TierValue}");
        return key;
    }

    // All users of a plan would share the bucket that is meant for each (TRF-066). Where a tier matches many values, the header may well name the user.
    private void WarnOfTierAsClient(TierLimitSettings tier, ConfigNode limit, string attribute, string tierKey)
    {
        if (tier.TierValueAs is not ("" or "literal") || limit["client_max_rate"] is null || limit["key"] is not { Kind: ConfigKind.String } key)
            return;
        if (!string.Equals(limit["strategy"]?.Text, "header", StringComparison.OrdinalIgnoreCase) || !string.Equals(key.Text, tierKey, StringComparison.OrdinalIgnoreCase))
            return;
        diagnostics.Add(new(ConfigSeverity.Warning, key.Position, tier.Source!.Path.Member(attribute).Member("key").ToString(),
            $"{ConfigText.Quote(key.Text)} is the tier_key, so that all users of the tier are one client; expected the header that names the user") { Rule = ConfigRules.Hint });
    }

    // Keys are checked at endpoints (AUT-092): at the service the header is what the client sent, and he would choose his plan (TRF-411).
    private void RefuseForgedRole(TieredSettings settings)
    {
        if (place.Endpoint is not null || place.Context.ServiceConfig(ApiKeys)?["propagate_role"] is not { Kind: ConfigKind.String } role)
            return;
        if (!string.Equals(role.Text, settings.TierKey, StringComparison.OrdinalIgnoreCase))
            return;
        _reader.Refuse(settings.Source!, "tier_key", $"the role of \"{ApiKeys}\" is not known yet at the service, clients would choose their tier themselves; expected \"{RateLimitPlugin.TieredNamespace}\" in the extra_config of endpoints");
        _hasFailed = true;
    }
}
