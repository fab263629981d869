using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.RateLimit.Tiered;

/// <summary><c>qos/ratelimit/tiered</c>.</summary>
internal sealed class TieredSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Header that carries the tier.</summary>
    [ConfigRequired]
    public string TierKey { get; init; } = "";

    /// <summary>The tiers; the first that matches acts.</summary>
    [ConfigRequired]
    public IReadOnlyList<TierLimitSettings> Tiers { get; init; } = [];
}

/// <summary>A tier.</summary>
[ConfigHint("rate_limit", "the attribute is \"ratelimit\"; the protection is not active")]
[ConfigHint("max_rate", "rates belong into \"ratelimit\" or \"ratelimit_redis\" of the tier; the protection is not active")]
[ConfigHint("client_max_rate", "rates belong into \"ratelimit\" or \"ratelimit_redis\" of the tier; the protection is not active")]
internal sealed class TierLimitSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Literal or expression.</summary>
    public string? TierValue { get; init; }

    /// <summary>How to compare.</summary>
    public string TierValueAs { get; init; } = "literal";

    /// <summary>The limit in memory.</summary>
    public ConfigNode? Ratelimit { get; init; }

    /// <summary>The limit in Redis.</summary>
    public ConfigNode? RatelimitRedis { get; init; }
}
