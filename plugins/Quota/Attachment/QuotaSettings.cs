using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Quota.Attachment;

/// <summary><c>governance/quota</c>.</summary>
internal sealed class QuotaSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The processor.</summary>
    public string QuotaName { get; init; } = "";

    /// <summary>The header that carries the tier.</summary>
    public string TierKey { get; init; } = "";

    /// <summary>The tiers, from the top.</summary>
    public IReadOnlyList<TierEntry> Tiers { get; init; } = [];

    /// <summary>Whether requests of no tier pass uncounted.</summary>
    public bool OnUnmatchedTierAllow { get; init; }

    /// <summary>Where the answer says what it cost; empty for one each.</summary>
    public string WeightKey { get; init; } = "";

    /// <summary>What <see cref="WeightKey"/> names.</summary>
    public string WeightStrategy { get; init; } = "body";

    /// <summary>Whether answers tell nothing of the quota.</summary>
    public bool DisableQuotaHeaders { get; init; }
}

/// <summary>A tier.</summary>
internal sealed class TierEntry
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The rule of the processor.</summary>
    public string RuleName { get; init; } = "";

    /// <summary>Literal or expression.</summary>
    public string? TierValue { get; init; }

    /// <summary>How it is compared.</summary>
    public string TierValueAs { get; init; } = "literal";

    /// <summary>How clients are told apart.</summary>
    public string Strategy { get; init; } = "header";

    /// <summary>Header or placeholder.</summary>
    public string Key { get; init; } = "";
}
