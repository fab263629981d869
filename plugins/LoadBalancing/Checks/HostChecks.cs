using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.LoadBalancing.Checks;

/// <summary>
/// The checks of one configuration. Backends that check in the same way, with the same client settings, share the checks of hosts that they
/// have in common.
/// </summary>
internal sealed class HostChecks
{
    private readonly Dictionary<string, CheckGroup> _groups = new(StringComparer.Ordinal);
    private readonly List<Task> _running = [];

    /// <summary>Adds a backend.</summary>
    /// <param name="key">What tells kinds of checks apart.</param>
    /// <param name="settings">How.</param>
    /// <param name="calls">What makes the calls.</param>
    /// <param name="metrics">Counts them.</param>
    /// <param name="backend">Told of the results.</param>
    public void Add(string key, CheckSettings settings, IOutgoingCalls calls, BalancingMetrics metrics, CheckedBackend backend)
    {
        if (!_groups.TryGetValue(key, out var group))
            _groups.Add(key, group = new CheckGroup(settings, calls, metrics));
        group.Add(backend);
    }

    /// <summary>Begins; ends when the token fires.</summary>
    public void Start(TimeProvider time, CancellationToken stopping)
    {
        foreach (var group in _groups.Values)
            _running.Add(group.RunAsync(time, stopping));
    }

    /// <summary>Returns when all have ended.</summary>
    public Task EndAsync() => Task.WhenAll(_running);
}

/// <summary>A backend whose hosts are checked.</summary>
/// <param name="Balancer">Told of the results.</param>
/// <param name="Hosts">Its hosts.</param>
internal sealed record CheckedBackend(Balancer Balancer, IHostDiscovery Hosts);
