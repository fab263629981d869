using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Quota.Processors;

/// <summary><c>governance/processors</c>.</summary>
internal sealed class ProcessorsSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Quota processors, each bound by itself: a fault of one is none of the others.</summary>
    public IReadOnlyList<ConfigNode> Quotas { get; init; } = [];
}

/// <summary>A quota processor.</summary>
internal sealed class ProcessorSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Name, with which its keys begin.</summary>
    public string Name { get; init; } = "";

    /// <summary>Pool or cluster of <c>redis</c>.</summary>
    public string ConnectionName { get; init; } = "";

    /// <summary>Whether clients are stored as digests.</summary>
    public bool HashKeys { get; init; }

    /// <summary>Whether requests pass while Redis fails.</summary>
    public bool OnFailureAllow { get; init; }

    /// <summary>Attempts towards an unreachable Redis before the processor gives up.</summary>
    public int OnFailureMaxRetries { get; init; }

    /// <summary>Pauses between them.</summary>
    public string OnFailureBackoffStrategy { get; init; } = "exponential";

    /// <summary>Whether it never gives up.</summary>
    public bool OnFailureRecover { get; init; }

    /// <summary>Remembers rejections, or <see langword="null"/>.</summary>
    public RejecterSettings? RejecterCache { get; init; }

    /// <summary>Rejections that wait; 0 for as many as there are processors, and no fewer than are flushed at once.</summary>
    public int DenyQueueSize { get; init; }

    /// <summary>How long they wait.</summary>
    public string DenyQueueFlushInterval { get; init; } = "1s";

    /// <summary>How many of them do not wait any longer.</summary>
    public int DenyQueueFlushThreshold { get; init; } = 10;

    /// <summary>The rules.</summary>
    public IReadOnlyList<RuleSettings> Rules { get; init; } = [];
}

/// <summary>A Bloom filter.</summary>
internal sealed class RejecterSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Entries that are expected.</summary>
    [ConfigName("N")]
    public double Expected { get; init; }

    /// <summary>Probability that a stranger is refused.</summary>
    [ConfigName("P")]
    public double Probability { get; init; }

    /// <summary>Accepted for compatibility.</summary>
    public string HashName { get; init; } = "optimal";

    /// <summary>Longest life of its content.</summary>
    public string CleanupInterval { get; init; } = "30m";
}

/// <summary>A rule, or plan.</summary>
internal sealed class RuleSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its limits.</summary>
    public IReadOnlyList<LimitSettings> Limits { get; init; } = [];
}

/// <summary>A limit.</summary>
internal sealed class LimitSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Requests, or weight, per window.</summary>
    public double? Amount { get; init; }

    /// <summary>The window.</summary>
    public string Unit { get; init; } = "";
}
