using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Redis;

/// <summary>The connections of a configuration by name.</summary>
internal sealed class RedisPools(IReadOnlyDictionary<string, SharedPool> pools) : IRedisPools, IHealthContributor
{
    /// <inheritdoc/>
    public string Status => string.Join(", ", pools.Select(static pool => $"{pool.Key}: {State(pool.Value)}"));

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names { get; } = [.. pools.Keys];

    /// <inheritdoc/>
    public IRedisPool? Find(string name) => pools.GetValueOrDefault(name)?.Client;

    // Without the reason, which may name machines: everybody may read it.
    private static string State(SharedPool pool) => pool.Client.IsReady ? "ok" : pool.Client.Down is null ? "connecting" : "down";
}
