using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// Round robin over the hosts of one backend, starting at a random place (RTE-369..372). A host that is named twice gets two
/// shares. Safe for concurrent use.
/// </summary>
public sealed class HostBalancer
{
    private readonly BackendHost[] _hosts;
    private uint _next;

    /// <summary>A balancer with a counter of its own.</summary>
    /// <param name="hosts">At least one host.</param>
    /// <param name="random">Where the start is drawn from; the shared source when absent.</param>
    public HostBalancer(IReadOnlyList<BackendHost> hosts, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        if (hosts.Count == 0)
            throw new ArgumentException("no hosts available", nameof(hosts));
        _hosts = [.. hosts];
        _next = (uint)(random ?? Random.Shared).Next(_hosts.Length);
    }

    /// <summary>The host of the next call.</summary>
    public BackendHost Pick()
    {
        var hosts = _hosts;
        return hosts.Length == 1 ? hosts[0] : hosts[Interlocked.Increment(ref _next) % (uint)hosts.Length];
    }
}
