using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// What the transport attaches to a <see cref="BackendHost"/>: the pools that serve it. A host may be shared by backends with different
/// client options, hence a list; it rarely has more than one link.
/// </summary>
internal sealed class HostState
{
    private PoolLink? _links;

    public static HostState Of(BackendHost host)
    {
        if (host.TransportState is HostState state)
            return state;
        state = new HostState();
        host.TransportState = state;
        return state;
    }

    /// <summary>The pool of a set for this host; the first call of a set looks it up by name and remembers it.</summary>
    public ConnectionPool GetPool(PoolSet owner, BackendHost host)
    {
        for (var link = _links; link is not null; link = link.Next)
        {
            if (ReferenceEquals(link.Pool.Owner, owner) && !link.Pool.IsRetired)
                return link.Pool;
        }
        return Attach(owner, host);
    }

    private ConnectionPool Attach(PoolSet owner, BackendHost host)
    {
        var pool = owner.GetPool(host);
        // Two threads may attach at once; the link that gets lost is attached again by the next call.
        var links = new PoolLink(pool, null);
        for (var link = _links; link is not null; link = link.Next)
        {
            if (!link.Pool.IsRetired && !ReferenceEquals(link.Pool, pool))
                links = new PoolLink(link.Pool, links);
        }
        _links = links;
        return pool;
    }

    private sealed record PoolLink(ConnectionPool Pool, PoolLink? Next);
}
