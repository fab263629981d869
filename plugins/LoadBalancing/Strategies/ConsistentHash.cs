using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.LoadBalancing.Strategies;

/// <summary>
/// <c>consistent_hash</c>: the host that a key belongs to, as long as it may be chosen and has no more than its share of the calls in flight
/// times <paramref name="maxLoad"/>; else the next one on the circle (RTE-406, 407). Calls without a key go as with <c>power_of_two</c>.
/// </summary>
/// <param name="key">What of a request is the key.</param>
/// <param name="maxLoad">At least 1.</param>
internal sealed class ConsistentHash(HashKey key, double maxLoad) : HostStrategy
{
    private readonly PowerOfTwo _keyless = new();

    /// <inheritdoc/>
    public override HostSlot Pick(HostView view, ProxyRequest request) =>
        key.TryRead(request, out var hash) ? Walk(view, hash, null)! : _keyless.Pick(view, request);

    /// <inheritdoc/>
    public override HostSlot? PickOther(HostView view, ProxyRequest request, HashSet<HostState> tried) =>
        key.TryRead(request, out var hash) ? Walk(view, hash, tried) : _keyless.PickOther(view, request, tried);

    private HostSlot? Walk(HostView view, ulong hash, HashSet<HostState>? tried)
    {
        var ring = view.Ring;
        var place = ring.PlaceOf(hash);
        HostSlot? last = null;
        for (var step = 0; step < ring.Count; step++)
        {
            var owner = ring.OwnerAt(place + step);
            var slot = view.All[owner];
            if (ReferenceEquals(slot, last) || !view.IsUsed[owner] || tried?.Contains(slot.State) == true)
                continue;
            if (slot.State.TryReserve(BoundOf(view, slot)))
                return slot;
            last = slot;
        }
        // Others took what was free meanwhile, or nothing but tried hosts is below the bound.
        return LeastBusy(view, tried);
    }

    /// <summary>Calls that a host may have with one more: its share of all times the factor. The sum is known to be needed only above one call.</summary>
    private long BoundOf(HostView view, HostSlot slot)
    {
        if (slot.State.InFlight == 0)
            return 1;
        long all = 1;
        foreach (var other in view.Distinct)
            all += other.State.InFlight;
        return (long)Math.Ceiling(maxLoad * all * slot.Weight / view.Weight);
    }

    private static HostSlot? LeastBusy(HostView view, HashSet<HostState>? tried)
    {
        HostSlot? best = null;
        foreach (var slot in view.Distinct)
        {
            if (tried?.Contains(slot.State) != true && (best is null || IsLessBusy(slot, best)))
                best = slot;
        }
        best?.State.Reserve();
        return best;
    }
}
