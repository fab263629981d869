using KrakenPlugins.Quota.Processors;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Tiers;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>How the clients of a tier are told apart, read and checked.</summary>
/// <param name="Strategy"><c>header</c>, <c>ip</c> or <c>param</c>.</param>
/// <param name="Key">Header or placeholder; with <c>ip</c> a header or nothing.</param>
internal readonly record struct ClientChoice(string Strategy, string Key)
{
    /// <summary>Whether what tells clients apart lets whoever reads it in.</summary>
    public bool IsSecret => Strategy == "header" && (Key.ToUpperInvariant() is "AUTHORIZATION" or "PROXY-AUTHORIZATION" or "COOKIE");
}

/// <summary>
/// Reads <c>governance/quota</c>. What cannot be understood refuses the start; a processor or rule that is not there costs its place, which then
/// answers 500 (TRF-177).
/// </summary>
/// <param name="context">The service, endpoint or backend.</param>
/// <param name="diagnostics">Where faults are reported.</param>
internal sealed class QuotaReader(IServiceContext context, ConfigDiagnostics diagnostics)
{
    private static readonly string[] s_strategies = ["header", "ip", "param"];
    private static readonly string[] s_weightStrategies = ["body", "header"];

    private readonly IEndpointContext? _endpoint = context as IEndpointContext;
    private readonly IBackendContext? _backend = context as IBackendContext;

    /// <summary>Reads it; <see langword="null"/> after errors.</summary>
    /// <param name="config">The value of the namespace.</param>
    /// <param name="clients">Makes what tells clients apart.</param>
    public AttachedQuota<TClients>? Read<TClients>(ConfigNode config, Func<ClientChoice, TClients> clients)
    {
        if (!TryBind(config, diagnostics, out var settings))
            return null;
        var selector = TierSelector.Create(settings.Source!, settings.TierKey, [.. settings.Tiers.Select(static tier => new TierSettings(tier.Source!, tier.TierValue, tier.TierValueAs))], diagnostics);
        var choices = settings.Tiers.Select(ReadClients).ToArray();
        var isWeightGood = TryReadWeight(settings, out var weight);
        var quotas = FindQuotas(settings);
        if (selector is null || quotas is null || !isWeightGood || choices.Any(static choice => choice is null))
            return null;
        WarnOfShared(settings.Tiers);
        var tiers = quotas.Select((quota, i) => new QuotaTier<TClients>(quota, clients(choices[i]!.Value), HidesClients(choices[i]!.Value, quota))).ToArray();
        var timeout = _endpoint is { } place && place.Timeout < RedisConnections.ServiceTimeout ? place.Timeout : RedisConnections.ServiceTimeout;
        return new AttachedQuota<TClients>(selector, tiers, settings.OnUnmatchedTierAllow, timeout, weight, !settings.DisableQuotaHeaders && weight is null);
    }

    /// <summary>Where the answers of an endpoint say what they cost; <see langword="null"/> where nobody asks, or after errors that <see cref="Read"/> reports.</summary>
    public static WeightSource? ReadWeight(ConfigNode config, IEndpointContext endpoint)
    {
        var unheard = new ConfigDiagnostics();
        return TryBind(config, unheard, out var settings) && new QuotaReader(endpoint, unheard).TryReadWeight(settings, out var weight) ? weight : null;
    }

    private static bool TryBind(ConfigNode config, ConfigDiagnostics diagnostics, out QuotaSettings settings)
    {
        var found = new ConfigDiagnostics();
        var isGood = new ConfigBinder(found).TryBind(config, ConfigPath.Root.Member("extra_config").Member(QuotaPlugin.QuotaNamespace), out settings);
        foreach (var finding in found.All)
            diagnostics.Add(finding.Severity == ConfigSeverity.Error ? finding with { RefusesStart = true } : finding);
        return isGood;
    }

    private IQuota[]? FindQuotas(QuotaSettings settings)
    {
        var service = context.Service<IQuotaProcessors>();
        if (service?.Find(settings.QuotaName) is not { } processor)
        {
            var reason = service is QuotaProcessors own && own.IsFaulty(settings.QuotaName) ? $"the processor {ConfigText.Quote(settings.QuotaName)} has errors of its own"
                : settings.QuotaName.Length == 0 ? $"expected the name of a processor of \"{QuotaPlugin.ProcessorsNamespace}\""
                : $"no processor of \"{QuotaPlugin.ProcessorsNamespace}\" is named {ConfigText.Quote(settings.QuotaName)}{Names(settings.QuotaName, service?.Names ?? [])}";
            Miss(settings.Source!, "quota_name", reason);
            return null;
        }
        var quotas = new List<IQuota>();
        foreach (var tier in settings.Tiers)
        {
            if (processor.Bind(tier.RuleName, tier.TierValue ?? "", KindOf(tier)) is { } quota)
                quotas.Add(quota);
            else
                Miss(tier.Source!, "rule_name", $"no rule of the processor {ConfigText.Quote(processor.Name)} is named {ConfigText.Quote(tier.RuleName)}{Names(tier.RuleName, processor.Rules)}");
        }
        return quotas.Count == settings.Tiers.Count ? [.. quotas] : null;
    }

    private ClientChoice? ReadClients(TierEntry tier)
    {
        var source = tier.Source!;
        if (!s_strategies.Contains(tier.Strategy))
            return Refuse(source, "strategy", $"{ConfigText.Quote(tier.Strategy)} is no strategy{NearestName.Suggest(tier.Strategy, s_strategies)} ({string.Join(", ", s_strategies)})");
        if (tier.Strategy == "param" && _endpoint is null)
            return Refuse(source, "strategy", "the service knows no placeholders, which belong to endpoints; expected \"header\" or \"ip\", or the quota in an endpoint");
        if (tier.Strategy != "ip" && tier.Key.Length == 0)
            return Refuse(source, "key", "clients cannot be told apart without it; expected the name of the header or placeholder");
        if (tier.Strategy != "param" && !tier.Key.All(HeaderName.IsTokenChar))
            return Refuse(source, "key", "expected the name of a header");
        if (tier.Strategy == "param" && !_endpoint!.Path.Contains($"{{{tier.Key}}}", StringComparison.Ordinal))
            source.Warning(diagnostics, "key", $"{_endpoint.LogPrefix} the path has no such placeholder, no request can be counted; expected one of the path, without braces");
        return new ClientChoice(tier.Strategy, tier.Key);
    }

    // A digest of a digest would be no client that an operator can look up.
    private static bool HidesClients(ClientChoice choice, IQuota quota) => choice.IsSecret && quota is not BoundQuota { HashesClients: true };

    // Empty is a literal too (TRF-054).
    private static string KindOf(TierEntry tier) => tier.TierValueAs.Length == 0 ? "literal" : tier.TierValueAs;

    // Colons part the pieces of a key, and clients may have some in their names.
    private void WarnOfShared(IReadOnlyList<TierEntry> tiers)
    {
        foreach (var tier in tiers)
        {
            var value = tier.TierValue ?? "";
            var other = tiers.FirstOrDefault(other => KindOf(other) == KindOf(tier) && value.StartsWith($"{other.TierValue}:", StringComparison.Ordinal));
            if (other is null)
                continue;
            var shorter = other.TierValue ?? "";
            tier.Source!.Warning(diagnostics, "tier_value",
                $"a client of the tier {ConfigText.Quote(shorter)} whose name begins with {ConfigText.Quote($"{value[(shorter.Length + 1)..]}:")} shares a counter with one of this tier; expected a value without the colon");
        }
    }

    private bool TryReadWeight(QuotaSettings settings, out WeightSource? weight)
    {
        weight = null;
        var source = settings.Source!;
        if (!s_weightStrategies.Contains(settings.WeightStrategy))
        {
            Refuse(source, "weight_strategy", $"{ConfigText.Quote(settings.WeightStrategy)} is no strategy{NearestName.Suggest(settings.WeightStrategy, s_weightStrategies)} ({string.Join(", ", s_weightStrategies)})");
            return false;
        }
        if (settings.WeightKey.Length == 0)
            return true;
        if (_endpoint is null)
        {
            source.Warning(diagnostics, "weight_key", "has no effect at the service, where each request counts 1; expected the quota in an endpoint or a backend");
            return true;
        }
        var isRaw = _backend is null ? _endpoint.IsNoOp : _backend.Encoding == "no-op";
        var isHeader = settings.WeightStrategy == "header";
        if (isRaw && !isHeader)
            source.Warning(diagnostics, "weight_strategy", "the body of \"no-op\" is not looked into, so nothing is ever counted; expected \"header\"");
        if (!isRaw && isHeader)
            source.Warning(diagnostics, "weight_strategy", "answers of this encoding show no headers, so nothing is ever counted; expected \"body\", or the encoding \"no-op\"");
        weight = isHeader ? WeightSource.OfHeader(settings.WeightKey) : WeightSource.OfField(settings.WeightKey, _backend?.Backend["group"]?.Text ?? "");
        return true;
    }

    // At the service the component stays and answers 500 to everybody.
    private void Miss(ConfigSource source, string attribute, string message)
    {
        var finding = new ConfigDiagnostic(ConfigSeverity.Error, source.PositionOf(attribute), source.Path.Member(attribute).ToString(), message);
        diagnostics.Add(finding with { KeepsStart = _endpoint is null });
    }

    private ClientChoice? Refuse(ConfigSource source, string attribute, string message)
    {
        diagnostics.Add(new(ConfigSeverity.Error, source.PositionOf(attribute), source.Path.Member(attribute).ToString(), message) { RefusesStart = true });
        return null;
    }

    private static string Names(string name, IReadOnlyList<string> known) =>
        known.Count == 0 ? "" : $"{NearestName.Suggest(name, known)} ({string.Join(", ", known)})";
}
