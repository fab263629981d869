using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.LoadBalancing.Strategies;

/// <summary>A way to choose among the hosts of a view. What it returns counts as in use. Safe for concurrent use.</summary>
internal abstract class HostStrategy
{
    /// <summary>Chooses for a call.</summary>
    public abstract HostSlot Pick(HostView view, ProxyRequest request);

    /// <summary>
    /// Chooses for another attempt, none of the hosts that were tried; <see langword="null"/> when there is no other. The least busy one unless
    /// overridden.
    /// </summary>
    public virtual HostSlot? PickOther(HostView view, ProxyRequest request, HashSet<HostState> tried)
    {
        HostSlot? best = null;
        var hosts = view.Distinct;
        var start = Random.Shared.Next(hosts.Length);
        for (var i = 0; i < hosts.Length; i++)
        {
            var slot = hosts[(start + i) % hosts.Length];
            if (!tried.Contains(slot.State) && (best is null || IsLessBusy(slot, best)))
                best = slot;
        }
        best?.State.Reserve();
        return best;
    }

    /// <summary>Whether a host has less to do than another, in relation to their weights.</summary>
    protected static bool IsLessBusy(HostSlot one, HostSlot other) => (long)one.State.InFlight * other.Weight < (long)other.State.InFlight * one.Weight;

    /// <summary>Counts a host as in use.</summary>
    protected static HostSlot Reserved(HostSlot slot)
    {
        slot.State.Reserve();
        return slot;
    }
}

/// <summary><c>round_robin</c>: in turn, from a random start.</summary>
internal sealed class RoundRobin : HostStrategy
{
    private uint _next = (uint)Random.Shared.Next();

    /// <inheritdoc/>
    public override HostSlot Pick(HostView view, ProxyRequest request)
    {
        var hosts = view.Usable;
        return Reserved(hosts[Interlocked.Increment(ref _next) % (uint)hosts.Length]);
    }
}

/// <summary><c>random</c>.</summary>
internal sealed class RandomChoice : HostStrategy
{
    /// <inheritdoc/>
    public override HostSlot Pick(HostView view, ProxyRequest request)
    {
        var hosts = view.Usable;
        return Reserved(hosts[Random.Shared.Next(hosts.Length)]);
    }
}

/// <summary><c>least_requests</c>: the host with the fewest calls in flight; of equals the next in turn.</summary>
internal sealed class LeastRequests : HostStrategy
{
    private uint _next = (uint)Random.Shared.Next();

    /// <inheritdoc/>
    public override HostSlot Pick(HostView view, ProxyRequest request)
    {
        var hosts = view.Distinct;
        var at = (int)(Interlocked.Increment(ref _next) % (uint)hosts.Length);
        var best = hosts[at];
        for (var i = 1; i < hosts.Length; i++)
        {
            if (++at == hosts.Length)
                at = 0;
            if (IsLessBusy(hosts[at], best))
                best = hosts[at];
        }
        return Reserved(best);
    }
}

/// <summary><c>power_of_two</c>: of two random hosts the one with fewer calls in flight.</summary>
internal sealed class PowerOfTwo : HostStrategy
{
    /// <inheritdoc/>
    public override HostSlot Pick(HostView view, ProxyRequest request)
    {
        var hosts = view.Usable;
        if (hosts.Length == 1)
            return Reserved(hosts[0]);
        var one = Random.Shared.Next(hosts.Length);
        var other = Random.Shared.Next(hosts.Length - 1);
        if (other >= one)
            other++;
        return Reserved(IsLessBusy(hosts[other], hosts[one]) ? hosts[other] : hosts[one]);
    }
}
