using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.RateLimit.Redis;
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
    private const int LongestName = 64;
    private const int DigestBytes = 16;

    private readonly LimitReader _reader = new(diagnostics);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
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
        WarnOfTierAsClient(tier, tier.Ratelimit, "ratelimit", tierKey);
        WarnOfTierAsClient(tier, tier.RatelimitRedis, "ratelimit_redis", tierKey);
        var name = NameOf(tier, tierKey);
        var inMemory = Build(tier.Ratelimit, PlaceOf(index, tier, "ratelimit", name), MemoryLimits.Create);
        var scope = place.Endpoint is { } endpoint ? $"{endpoint.Method} {endpoint.Path}" : "service";
        var inRedis = Build(tier.RatelimitRedis, PlaceOf(index, tier, "ratelimit_redis", name), (config, at, found) => RedisLimits.Create(config, at, $"{scope}|tier {name}", found));
        // Local and cheap before remote.
        return inMemory is not null && inRedis is not null ? new BothLimits(inMemory, inRedis) : inMemory ?? inRedis;
    }

    private HttpGate? Build(ConfigNode? config, LimitPlace at, Func<ConfigNode, LimitPlace, ConfigDiagnostics, HttpGate?> create)
    {
        if (config is null)
            return null;
        var found = new ConfigDiagnostics();
        var limit = create(config, at, found);
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        _hasFailed |= found.HasErrors;
        return limit;
    }

    private LimitPlace PlaceOf(int index, TierLimitSettings tier, string attribute, string name) => place with
    {
        Path = tier.Source!.Path.Member(attribute),
        LogPrefix = string.Create(CultureInfo.InvariantCulture, $"{place.LogPrefix}[Tier {index}]"),
        Policy = $"{place.Policy}-tier",
        StateKey = name,
    };

    // By what matches, so that a tier keeps its buckets, also those in Redis, when others come, go or change (TRF-412). A second one of the same
    // value gets no request.
    private string NameOf(TierLimitSettings tier, string tierKey)
    {
        var kind = tier.TierValueAs.Length == 0 ? "literal" : tier.TierValueAs;
        var value = tier.TierValue ?? "";
        if (kind == "policy" || value.Length > LongestName || ConfigText.IsSecret(tierKey))
            value = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, DigestBytes));
        var name = kind == "*" ? kind : $"{kind}:{value}";
        for (var n = 2; !_names.Add(name); n++)
            name = string.Create(CultureInfo.InvariantCulture, $"{n}:{kind}:{value}");
        return name;
    }

    // All users of a plan would share the bucket that is meant for each (TRF-066). Where a tier matches many values, the header may well name the user.
    private void WarnOfTierAsClient(TierLimitSettings tier, ConfigNode? limit, string attribute, string tierKey)
    {
        if (limit is null || tier.TierValueAs is not ("" or "literal") || limit["client_max_rate"] is null || limit["key"] is not { Kind: ConfigKind.String } key)
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
