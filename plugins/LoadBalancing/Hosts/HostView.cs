using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>A host that may be chosen.</summary>
/// <param name="host">The host.</param>
/// <param name="state">What is known of it.</param>
/// <param name="weight">How often the list names it.</param>
/// <param name="index">Its place among the different hosts.</param>
internal sealed class HostSlot(BackendHost host, HostState state, int weight, int index)
{
    /// <summary>The host.</summary>
    public BackendHost Host { get; } = host;

    /// <summary>What is known of it.</summary>
    public HostState State { get; } = state;

    /// <summary>How often the list names it.</summary>
    public int Weight { get; } = weight;

    /// <summary>Its place among the different hosts.</summary>
    public int Index { get; } = index;
}

/// <summary>The hosts of a list as they may be chosen at one moment. Immutable; a change makes another view.</summary>
internal sealed class HostView
{
    private readonly HostSlot[] _all;
    private readonly HostSlot[] _places;
    private readonly Dictionary<BackendHost, HostSlot> _slots;

    private HostView(IReadOnlyList<BackendHost> source, HostSlot[] all, HostSlot[] places, Dictionary<BackendHost, HostSlot> slots, HashRing ring, int version, int panicPercent)
    {
        Source = source;
        Version = version;
        _all = all;
        _places = places;
        _slots = slots;
        Ring = ring;
        var usable = Array.FindAll(all, static slot => slot.State.IsUsable);
        IsUsed = new bool[all.Length];
        Distinct = IsPanic(usable.Length, all.Length, panicPercent) ? all : usable;
        foreach (var slot in Distinct)
        {
            IsUsed[slot.Index] = true;
            Weight += slot.Weight;
        }
        Usable = Distinct.Length == all.Length ? places : Array.FindAll(places, slot => IsUsed[slot.Index]);
        Expires = long.MaxValue;
        foreach (var slot in all)
        {
            if (slot.State.EjectedUntil is var until and not 0)
                Expires = Math.Min(Expires, until);
        }
    }

    /// <summary>The list.</summary>
    public IReadOnlyList<BackendHost> Source { get; }

    /// <summary>The state of the table that it shows.</summary>
    public int Version { get; }

    /// <summary>Time stamp at which the next host returns.</summary>
    public long Expires { get; }

    /// <summary>What may be chosen, as often as the list names it; never empty.</summary>
    public HostSlot[] Usable { get; }

    /// <summary>Every host once, by its index.</summary>
    public IReadOnlyList<HostSlot> All => _all;

    /// <summary>What may be chosen, each host once.</summary>
    public HostSlot[] Distinct { get; }

    /// <summary>Sum of the weights of <see cref="Distinct"/>.</summary>
    public int Weight { get; }

    /// <summary>Whether the host with an index may be chosen.</summary>
    public bool[] IsUsed { get; }

    /// <summary>All hosts by the keys that belong to them; empty where nobody chooses by key.</summary>
    public HashRing Ring { get; }

    /// <summary>The states of all hosts.</summary>
    public HostState[] States => Array.ConvertAll(_all, static slot => slot.State);

    /// <summary>The view of a list.</summary>
    public static HostView Of(IReadOnlyList<BackendHost> hosts, Func<BackendHost, HostState> stateOf, bool usesKeys, int version, int panicPercent)
    {
        var states = new HostState[hosts.Count];
        var weights = new Dictionary<HostState, int>();
        for (var i = 0; i < hosts.Count; i++)
        {
            states[i] = stateOf(hosts[i]);
            weights[states[i]] = weights.GetValueOrDefault(states[i]) + 1;
        }
        var known = new Dictionary<HostState, HostSlot>();
        var slots = new Dictionary<BackendHost, HostSlot>(ReferenceEqualityComparer.Instance);
        var places = new HostSlot[hosts.Count];
        for (var i = 0; i < places.Length; i++)
        {
            if (!known.TryGetValue(states[i], out var slot))
                known.Add(states[i], slot = new HostSlot(hosts[i], states[i], weights[states[i]], known.Count));
            slots[hosts[i]] = places[i] = slot;
        }
        HostSlot[] all = [.. known.Values.OrderBy(static slot => slot.Index)];
        return new HostView(hosts, all, places, slots, new HashRing(usesKeys ? all : []), version, panicPercent);
    }

    /// <summary>The view of the same list at a later moment.</summary>
    public HostView Again(int version, int panicPercent) => new(Source, _all, _places, _slots, Ring, version, panicPercent);

    /// <summary>The state of a host of the list, or <see langword="null"/>.</summary>
    public HostState? StateOf(BackendHost host) => _slots.TryGetValue(host, out var slot) ? slot.State : null;

    /// <summary>Whether so few hosts are left that all are used.</summary>
    public static bool IsPanic(int usable, int all, int percent) => all > 0 && (usable == 0 || usable * 100L < (long)all * percent);
}
