using System.Net;

namespace KrakenPlugins.Revoker.Server;

/// <summary>A gateway that has registered.</summary>
/// <param name="Address">Its port.</param>
/// <param name="Id">Its process.</param>
internal sealed record Instance(IPEndPoint Address, Guid Id)
{
    /// <summary><c>ip:port</c>.</summary>
    public string Name => Address.ToString();
}

/// <summary>The gateways that have registered, by address. Safe for concurrent use.</summary>
internal sealed class InstanceTable
{
    /// <summary>Gateways that one server looks after.</summary>
    public const int Most = 4096;

    private readonly object _gate = new();
    private readonly Dictionary<string, Instance> _instances = new(StringComparer.Ordinal);

    /// <summary>All, sorted by name.</summary>
    public IReadOnlyList<Instance> All
    {
        get
        {
            lock (_gate)
                return [.. _instances.Values.OrderBy(static i => i.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Whether this process is registered.</summary>
    public bool Has(Instance instance)
    {
        lock (_gate)
            return _instances.TryGetValue(instance.Name, out var known) && known.Id == instance.Id;
    }

    /// <summary>Registers one in place of another process at its address; <see langword="false"/> when there are too many.</summary>
    public bool TryAdd(Instance instance)
    {
        lock (_gate)
        {
            if (_instances.Count >= Most && !_instances.ContainsKey(instance.Name))
                return false;
            _instances[instance.Name] = instance;
            return true;
        }
    }

    /// <summary>Forgets an address; <see langword="false"/> when it is not known.</summary>
    public bool Remove(string name)
    {
        lock (_gate)
            return _instances.Remove(name);
    }

    /// <summary>Forgets a process; one that took its place meanwhile stays.</summary>
    public bool Remove(Instance instance)
    {
        lock (_gate)
            return _instances.TryGetValue(instance.Name, out var known) && ReferenceEquals(known, instance) && _instances.Remove(instance.Name);
    }
}
