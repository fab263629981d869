using System.Collections.Frozen;
using System.Globalization;
using KrakenPlugins.Expressions;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Tiers;

public sealed partial class TierSelector
{
    private const string Literal = "literal";
    private const string Policy = "policy";
    private const string Any = "*";

    /// <summary>
    /// Compiles the choice; <see langword="null"/> after errors, all of which refuse the start: a tier that never matches lets its requests pass
    /// without the limit that is meant for them (TRF-067). Tiers that no request reaches are warnings (TRF-056).
    /// </summary>
    /// <param name="source">The object with the attributes <c>tier_key</c> and <c>tiers</c>.</param>
    /// <param name="tierKey"><c>tier_key</c>: the name of the header.</param>
    /// <param name="tiers">The tiers, in the order of evaluation.</param>
    /// <param name="diagnostics">Where faults are reported.</param>
    public static TierSelector? Create(ConfigSource source, string tierKey, IReadOnlyList<TierSettings> tiers, ConfigDiagnostics diagnostics)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tierKey);
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(diagnostics);
        var reader = new Reader(diagnostics);
        if (tierKey.Length == 0 || !tierKey.All(HeaderName.IsTokenChar))
            reader.Refuse(source, "tier_key", "expected the name of the header that carries the tier, such as \"X-Plan\"");
        if (tiers.Count == 0)
            reader.Refuse(source, "tiers", "expected a list with a tier at least, such as [{\"tier_value_as\": \"*\", …}]");
        for (var i = 0; i < tiers.Count; i++)
            reader.Read(i, tiers[i]);
        return reader.HasFailed ? null : new TierSelector(tierKey, reader.Literals.ToFrozenDictionary(StringComparer.Ordinal), [.. reader.Policies], reader.Otherwise);
    }

    private sealed class Reader(ConfigDiagnostics diagnostics)
    {
        public Dictionary<string, int> Literals { get; } = new(StringComparer.Ordinal);

        public List<TierPolicy> Policies { get; } = [];

        public int Otherwise { get; private set; } = -1;

        public bool HasFailed { get; private set; }

        public void Read(int index, TierSettings tier)
        {
            if (Otherwise >= 0)
                Warn(tier, $"no request reaches this tier: tiers[{Otherwise}] above matches every one; \"*\" belongs in the last place");
            switch (tier.As)
            {
                case "" or Literal:
                    ReadLiteral(index, tier);
                    break;
                case Policy:
                    ReadPolicy(index, tier);
                    break;
                case Any:
                    Otherwise = Otherwise < 0 ? index : Otherwise;
                    break;
                default:
                    Refuse(tier.Source, "tier_value_as", $"{ConfigText.Quote(tier.As)} is no way to compare{NearestName.Suggest(tier.As, TierSettings.Kinds)} ({string.Join(", ", TierSettings.Kinds)})");
                    break;
            }
        }

        public void Refuse(ConfigSource source, string attribute, string message)
        {
            diagnostics.Add(new(ConfigSeverity.Error, source.PositionOf(attribute), source.Path.Member(attribute).ToString(), message) { RefusesStart = true });
            HasFailed = true;
        }

        private void ReadLiteral(int index, TierSettings tier)
        {
            if (tier.Value is not { } value)
            {
                Refuse(tier.Source, "tier_value", "expected the value of the header for this tier, or \"tier_value_as\": \"*\" for every one");
                return;
            }
            if (value == Any)
                Warn(tier, "\"*\" as a literal matches a header with an asterisk alone: expected \"tier_value_as\": \"*\" for every request");
            if (Otherwise < 0 && !Literals.TryAdd(value, index))
                Warn(tier, $"no request reaches this tier: tiers[{Literals[value]}] above has the same value");
        }

        private void Warn(TierSettings tier, string message) => tier.Source.Warning(diagnostics, "tier_value", message);

        private void ReadPolicy(int index, TierSettings tier)
        {
            if (string.IsNullOrWhiteSpace(tier.Value))
            {
                Refuse(tier.Source, "tier_value", "expected an expression that gives true or false, such as \"value.startsWith('gold-')\"");
                return;
            }
            try
            {
                var program = TierPolicy.Environment.Compile(tier.Value);
                if (program.ResultType.Kind is CelTypeKind.Bool or CelTypeKind.Dyn)
                    Policies.Add(new TierPolicy(index, program));
                else
                    RefusePolicy(index, tier, $"the expression gives {program.ResultType}, which no request matches; expected true or false");
            }
            catch (CelException exception)
            {
                foreach (var issue in exception.Issues)
                    RefusePolicy(index, tier, string.Create(CultureInfo.InvariantCulture, $"line {issue.Line}, column {issue.Column}: {issue.Message}"));
            }
        }

        private void RefusePolicy(int index, TierSettings tier, string message) =>
            Refuse(tier.Source, "tier_value", string.Create(CultureInfo.InvariantCulture, $"the policy {ConfigText.Quote(tier.Value!)} of tier {index}: {message}; the only variable is value, the text of the header"));
    }
}
