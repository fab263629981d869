using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Quota.Rejections;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Quota.Processors;

/// <summary>A processor: rules, their Redis, and what it remembers of it.</summary>
/// <param name="name">Its name.</param>
/// <param name="pool">The connections.</param>
/// <param name="state">Whether it is in service.</param>
/// <param name="rules">The rules by name.</param>
internal sealed class QuotaProcessor(string name, IRedisPool pool, ProcessorState state, IReadOnlyDictionary<string, QuotaRule> rules) : IQuotaProcessor, IAsyncDisposable
{
    // A key is memory of Redis that a client chooses.
    private const int LongestClient = 256;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Rules { get; } = [.. rules.Keys];

    /// <summary>Whether clients are stored as digests.</summary>
    public bool HashesKeys { get; init; }

    /// <summary>What it remembers of rejections, or <see langword="null"/>.</summary>
    public RejecterCache? Rejections { get; init; }

    /// <summary>The script; another one has another clock.</summary>
    public RedisScript Script { get; init; } = QuotaScript.Shared;

    /// <summary>The connections.</summary>
    public IRedisPool Pool => pool;

    /// <summary>Whether it is in service.</summary>
    public ProcessorState State => state;

    /// <inheritdoc/>
    public IQuota? Bind(string ruleName, string tierValue, string tierValueAs = "literal")
    {
        ArgumentNullException.ThrowIfNull(ruleName);
        ArgumentNullException.ThrowIfNull(tierValue);
        ArgumentException.ThrowIfNullOrEmpty(tierValueAs);
        return rules.TryGetValue(ruleName, out var rule) ? new BoundQuota(this, rule, tierValue, $"{name}:{tierValueAs}:{tierValue}:") : null;
    }

    /// <summary>The part of a key that names a client: its digest where its text is not to be stored, or is long (TRF-153, TRF-432).</summary>
    public string KeyOf(string client) => HashesKeys || client.Length > LongestClient ? ClientDigest.Of(client) : client;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => state.DisposeAsync();
}
