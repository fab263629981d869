using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>
/// State of components that outlives a configuration (<see cref="Sdk.Plugins.IServiceContext.Carry"/>), of the whole process. A value belongs to every
/// generation that took it, and is disposed with the last of them.
/// </summary>
internal sealed class CarriedState
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CarryKey, Carried> _values = [];

    /// <summary>What one generation holds.</summary>
    public Share NewShare() => new(this);

    private sealed record CarryKey(string Place, string Component, string Key, Type Type, string Config);

    private sealed class Carried(object value)
    {
        public object Value => value;

        public int Holders { get; set; }
    }

    /// <summary>One generation's hold.</summary>
    internal sealed class Share(CarriedState state)
    {
        private readonly HashSet<CarryKey> _keys = [];
        private readonly HashSet<object> _held = new(ReferenceEqualityComparer.Instance);
        private bool _isOver;

        /// <summary>The value under a key: one that is there for an equal configuration, else a new one.</summary>
        /// <exception cref="ObjectDisposedException">The generation has ended.</exception>
        public T Take<T>(string place, string component, string key, ConfigNode config, Func<T> create) where T : class
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(config);
            ArgumentNullException.ThrowIfNull(create);
            var text = new StringBuilder();
            Write(config, text);
            var full = new CarryKey(place, component, key, typeof(T), text.ToString());
            lock (state._gate)
            {
                ObjectDisposedException.ThrowIf(_isOver, this);
                if (!state._values.TryGetValue(full, out var carried))
                {
                    carried = new Carried(create() ?? throw new InvalidOperationException($"the state \"{key}\" of {component} was not created"));
                    state._values.Add(full, carried);
                }
                if (_keys.Add(full))
                    carried.Holders++;
                _held.Add(carried.Value);
                return (T)carried.Value;
            }
        }

        /// <summary>Whether an object is such state, which does not end with the generation.</summary>
        public bool Holds(object value)
        {
            lock (state._gate)
                return _held.Contains(value);
        }

        /// <summary>Ends the hold; gives the values that nobody holds any more.</summary>
        public IReadOnlyList<object> Release()
        {
            var free = new List<object>();
            lock (state._gate)
            {
                _isOver = true;
                foreach (var key in _keys)
                {
                    var carried = state._values[key];
                    if (--carried.Holders > 0)
                        continue;
                    state._values.Remove(key);
                    free.Add(carried.Value);
                }
                _keys.Clear();
                _held.Clear();
            }
            return free;
        }

        // Compared by value: members in any order are the same configuration.
        private static void Write(ConfigNode node, StringBuilder text)
        {
            text.Append((int)node.Kind).Append(' ').Append(node.Text.Length).Append(':').Append(node.Text).Append('[');
            foreach (var item in node.Items)
                Write(item, text);
            foreach (var member in node.Members.OrderBy(static m => m.Name, StringComparer.Ordinal))
            {
                text.Append(member.Name.Length).Append(':').Append(member.Name).Append('=');
                Write(member.Value, text);
            }
            text.Append(']');
        }
    }
}
