using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.BotDetector;

/// <summary><c>security/bot-detector</c>, of the service or of an endpoint.</summary>
internal sealed class BotDetectorSettings
{
    /// <summary>Entries that a cache may have; what lies above is taken for a slip.</summary>
    public const int LargestCache = 10_000_000;

    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>User-Agents that are always accepted.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>User-Agents that are always rejected.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Regular expressions that reject.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>Verdicts that are remembered; 0 for none.</summary>
    public long CacheSize { get; init; }

    /// <summary>Whether a client without User-Agent is a bot.</summary>
    public bool EmptyUserAgentIsBot { get; init; }
}
