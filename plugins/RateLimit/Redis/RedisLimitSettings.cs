using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary><c>qos/ratelimit/router/redis</c>, <c>qos/ratelimit/service/redis</c> and <c>ratelimit_redis</c> of a tier.</summary>
[ConfigHint("num_shards", "buckets are in Redis")]
[ConfigHint("cleanup_period", "buckets expire in Redis when they are full")]
[ConfigHint("cleanup_threads", "buckets expire in Redis when they are full")]
[ConfigHint("max_clients", "buckets are in Redis, whose memory bounds them")]
internal sealed class RedisLimitSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Pool or cluster of <c>redis</c>.</summary>
    public string ConnectionName { get; init; } = "";

    /// <summary>Whether requests go on while Redis does not decide.</summary>
    public bool OnFailureAllow { get; init; }

    /// <summary>How long a decision may take; empty for the endpoint's timeout, or 2 s at the service.</summary>
    public string Timeout { get; init; } = "";

    /// <summary>What the keys in Redis begin with.</summary>
    public string Prefix { get; init; } = RedisLimits.DefaultPrefix;

    /// <inheritdoc cref="LimitSettings.MaxRate"/>
    public double MaxRate { get; init; }

    /// <inheritdoc cref="LimitSettings.Capacity"/>
    public long Capacity { get; init; }

    /// <inheritdoc cref="LimitSettings.ClientMaxRate"/>
    public double ClientMaxRate { get; init; }

    /// <inheritdoc cref="LimitSettings.ClientCapacity"/>
    public long ClientCapacity { get; init; }

    /// <inheritdoc cref="LimitSettings.Every"/>
    public string Every { get; init; } = "1s";

    /// <inheritdoc cref="LimitSettings.Strategy"/>
    public string Strategy { get; init; } = "";

    /// <inheritdoc cref="LimitSettings.Key"/>
    public string Key { get; init; } = "";

    /// <inheritdoc cref="LimitSettings.Headers"/>
    public bool Headers { get; init; }

    /// <inheritdoc cref="LimitSettings.DryRun"/>
    public bool DryRun { get; init; }

    /// <inheritdoc cref="LimitSettings.Error"/>
    public RefusalSettings? Error { get; init; }

    /// <inheritdoc cref="LimitSettings.ClientError"/>
    public RefusalSettings? ClientError { get; init; }
}
