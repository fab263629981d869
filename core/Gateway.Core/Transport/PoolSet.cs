using System.Collections.Concurrent;
using Gateway.Core.Configuration;
using Gateway.Core.Transport.Tls;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>The pools of all backends with the same client options; they share connections with no others (RTE-349).</summary>
internal sealed class PoolSet
{
    private static readonly TimeSpan UnusedAfter = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<(string Scheme, string Host, int Port, object? Affinity), ConnectionPool> _pools = new();
    private readonly ProxyEnvironment _environment;
    private readonly OutgoingProxy? _proxy;
    private volatile bool _isClosed;

    public PoolSet(HttpTransport transport, BackendHttpClientConfig options, BackendTls tls, ProxyEnvironment environment)
    {
        Tls = tls;
        Transport = transport;
        Options = options;
        _environment = environment;
        _proxy = options.ProxyAddress is { } address ? new OutgoingProxy(address) : null;
    }

    public HttpTransport Transport { get; }

    public BackendHttpClientConfig Options { get; }

    /// <summary>How TLS connections are made.</summary>
    public BackendTls Tls { get; }

    public IEnumerable<ConnectionPool> Pools => _pools.Values;

    /// <summary>The pool of an authority.</summary>
    /// <param name="host">The authority.</param>
    /// <param name="affinity">Whose connections they are; <see langword="null"/> for those that any call may use.</param>
    public ConnectionPool GetPool(BackendHost host, object? affinity = null)
    {
        var pool = _pools.GetOrAdd(
            (host.Scheme, host.Host.ToLowerInvariant(), host.Port, affinity),
            static (key, state) => new ConnectionPool(state.Set, state.Host, key.Affinity is not null),
            (Set: this, Host: host));
        // A call that outlives the transport still gets a pool, one that keeps nothing.
        if (_isClosed)
            pool.Close();
        return pool;
    }

    public OutgoingProxy? ProxyFor(BackendHost host) =>
        _proxy ?? (_environment.ForHost(host) is { } address ? new OutgoingProxy(address) : null);

    /// <summary>Sweeps every pool, and forgets those that nobody uses: redirects and discovery may name ever new hosts.</summary>
    public void Sweep(TimeSpan settled)
    {
        foreach (var (key, pool) in _pools)
        {
            pool.Sweep(settled);
            if (pool.TryRetire(UnusedAfter))
                _pools.TryRemove(new(key, pool));
        }
    }

    public void Close()
    {
        _isClosed = true;
        foreach (var pool in _pools.Values)
            pool.Close();
    }
}
