using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Quota.Processors;

/// <summary>The processors of a configuration, which ends them.</summary>
/// <param name="processors">The usable ones.</param>
/// <param name="faulty">Names of those that are not.</param>
internal sealed class QuotaProcessors(IReadOnlyDictionary<string, QuotaProcessor> processors, IReadOnlySet<string> faulty) : IQuotaProcessors, IHealthContributor, IAsyncDisposable
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [.. processors.Keys];

    // Everybody may read it: names and states, no reasons.
    /// <inheritdoc/>
    public string Status => string.Join(", ", processors.Select(static p => $"{p.Key}: {p.Value.State.Status}").Concat(faulty.Select(static name => $"{name}: faulty")));

    /// <inheritdoc/>
    public IQuotaProcessor? Find(string name) => processors.GetValueOrDefault(name);

    /// <summary>Whether a processor of this name stands in the configuration and cannot be used.</summary>
    public bool IsFaulty(string name) => faulty.Contains(name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var processor in processors.Values)
            await processor.DisposeAsync().ConfigureAwait(false);
    }
}
