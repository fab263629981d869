using System.Runtime.Loader;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Server;

/// <summary>
/// The state that components of one configuration took over from the last one, or leave to the next (CFG-336 to 339). A value belongs to every
/// configuration that holds it, and is disposed with the last of them.
/// </summary>
/// <param name="last">That of the configuration to be replaced, or <see langword="null"/> at the start.</param>
internal sealed class CarriedState(CarriedState? last)
{
    private readonly object _gate = new();
    private readonly Dictionary<CarryKey, CarriedValue> _values = [];
    private readonly HashSet<object> _held = new(ReferenceEqualityComparer.Instance);
    private CarriedState? _last = last;
    private bool _isOver;

    /// <summary>The value under a key: that of the last configuration when it has one, else a new one.</summary>
    /// <exception cref="ObjectDisposedException">The configuration has ended.</exception>
    public T Take<T>(string place, string component, PluginOwner owner, string key, ConfigNode config, Func<T> create) where T : class
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(create);
        var full = new CarryKey(place, component, owner.Id, owner.Build, key, typeof(T), Encoding.UTF8.GetString(ConfigNodeJson.Write(config)));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            if (_values.TryGetValue(full, out var known))
                return (T)known.Value;
            var value = _last?.Hold(full) ?? new CarriedValue(create() ?? throw new InvalidOperationException($"the state \"{key}\" of {component} was not created"));
            _values.Add(full, value);
            _held.Add(value.Value);
            return (T)value.Value;
        }
    }

    /// <summary>Whether an object is such state, which does not end with the configuration.</summary>
    public bool Holds(object value)
    {
        lock (_gate)
            return _held.Contains(value);
    }

    /// <summary>Lets go of the last configuration: what this one has not taken by now it does not get.</summary>
    public void Close()
    {
        lock (_gate)
            _last = null;
    }

    /// <summary>Ends this configuration's hold; gives the values that nobody holds any more.</summary>
    public IReadOnlyList<object> Release()
    {
        lock (_gate)
        {
            _isOver = true;
            _last = null;
            var free = _values.Values.Where(static value => value.Release()).Select(static value => value.Value).ToArray();
            _values.Clear();
            _held.Clear();
            return free;
        }
    }

    private CarriedValue? Hold(CarryKey key)
    {
        lock (_gate)
            return _values.TryGetValue(key, out var value) && value.TryHold() ? value : null;
    }

    /// <summary>What has to be the same for a value to be carried.</summary>
    /// <param name="Place">Service, endpoint, backend or agent.</param>
    /// <param name="Component">Namespace, or name of a kind's plugin.</param>
    /// <param name="Plugin">Id of the plugin.</param>
    /// <param name="Build">Where the code of that build of it lives.</param>
    /// <param name="Key">The component's own name for the value.</param>
    /// <param name="Type">Of the value.</param>
    /// <param name="Config">Canonical JSON of the configuration that the value was made for.</param>
    private sealed record CarryKey(string Place, string Component, string Plugin, AssemblyLoadContext? Build, string Key, Type Type, string Config);

    private sealed class CarriedValue(object value)
    {
        private int _holders = 1;

        public object Value => value;

        public bool TryHold()
        {
            var holders = Volatile.Read(ref _holders);
            while (holders > 0)
            {
                var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
                if (seen == holders)
                    return true;
                holders = seen;
            }
            return false;
        }

        public bool Release() => Interlocked.Decrement(ref _holders) == 0;
    }
}
