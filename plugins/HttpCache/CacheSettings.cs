using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.HttpCache;

/// <summary><c>qos/http-cache</c>.</summary>
internal sealed class CacheSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Whether the bucket is that of all backends with this flag.</summary>
    public bool Shared { get; init; }

    /// <summary>Answers that the bucket holds; 0 for any number.</summary>
    public long MaxItems { get; init; }

    /// <summary>Bytes that the bucket holds; 0 for any number.</summary>
    public long MaxSize { get; init; }

    /// <summary>Whether answers that may be meant for one client are kept, and served to all.</summary>
    public bool StorePrivate { get; init; }

    /// <summary>Headers of the request that tell answers apart.</summary>
    public IReadOnlyList<string> KeyHeaders { get; init; } = [];

    /// <summary>Whether answers carry <c>Cache-Status</c>.</summary>
    public bool CacheStatus { get; init; }

    /// <summary>Pool or cluster of <c>redis</c>; empty for none.</summary>
    public string ConnectionName { get; init; } = "";
}

/// <summary>What a bucket may hold; both bounds or none (MAN-129).</summary>
/// <param name="Items">Answers; 0 for any number.</param>
/// <param name="Bytes">Bytes of answers; 0 for any number.</param>
internal readonly record struct BucketLimits(long Items, long Bytes)
{
    /// <summary>Whether there are bounds.</summary>
    public bool IsCapped => Items > 0;

    /// <summary>The bounds of a backend: none, unless it names both.</summary>
    public static BucketLimits Of(CacheSettings settings) =>
        settings is { MaxItems: > 0, MaxSize: > 0 } ? new(settings.MaxItems, settings.MaxSize) : default;
}
