using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// An ordered list of names and values in which a name may repeat: headers, query strings, parameters. Small and flat, so that
/// a look-up is a scan without hashing. <see cref="Fork"/> is cheap: the storage is shared until one side writes.
/// Not thread-safe for writes; a forked list may be written while its origin is read.
/// </summary>
public sealed class NameValueList
{
    private readonly StringComparison _comparison;
    private KeyValuePair<string, string>[] _items = [];
    private int _count;
    private bool _shared;

    /// <summary>An empty list.</summary>
    /// <param name="ignoreCase">Whether names compare without regard to ASCII case (headers) or ordinally.</param>
    public NameValueList(bool ignoreCase) => _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Number of pairs, repeated names counted.</summary>
    public int Count => _count;

    /// <summary>The pair at a position, in order of addition.</summary>
    public KeyValuePair<string, string> this[int index] => _items.AsSpan(0, _count)[index];

    /// <summary>The pairs in order of addition. Valid until the next write.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Items => _items.AsSpan(0, _count);

    /// <summary>The first value of a name, or <see langword="null"/>.</summary>
    public string? Get(string name)
    {
        foreach (ref readonly var item in Items)
        {
            if (string.Equals(item.Key, name, _comparison))
                return item.Value;
        }
        return null;
    }

    /// <summary>Whether a name occurs; <paramref name="value"/> is its first value.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value) => (value = Get(name)) is not null;

    /// <summary>Whether a name occurs.</summary>
    public bool Contains(string name) => Get(name) is not null;

    /// <summary>Adds a pair behind the others.</summary>
    public void Add(string name, string value)
    {
        EnsureOwned(_count + 1);
        _items[_count++] = new(name, value);
    }

    /// <summary>Replaces every value of a name by one, at the place of the first, or adds it.</summary>
    public void Set(string name, string value)
    {
        for (var i = 0; i < _count; i++)
        {
            if (!string.Equals(_items[i].Key, name, _comparison))
                continue;
            EnsureOwned(_count);
            _items[i] = new(name, value);
            RemoveFrom(name, i + 1);
            return;
        }
        Add(name, value);
    }

    /// <summary>Removes every pair of a name; returns whether there was one.</summary>
    public bool Remove(string name) => Contains(name) && RemoveFrom(name, 0);

    /// <summary>Removes all pairs and keeps the storage when it is not shared.</summary>
    public void Clear()
    {
        if (_shared)
        {
            _items = [];
            _shared = false;
        }
        else
        {
            _items.AsSpan(0, _count).Clear();
        }
        _count = 0;
    }

    /// <summary>A list with the same pairs that is independent of this one from the next write of either on.</summary>
    public NameValueList Fork()
    {
        _shared = true;
        return new NameValueList(_comparison == StringComparison.OrdinalIgnoreCase) { _items = _items, _count = _count, _shared = true };
    }

    private bool RemoveFrom(string name, int start)
    {
        EnsureOwned(_count);
        var kept = start;
        for (var i = start; i < _count; i++)
        {
            if (!string.Equals(_items[i].Key, name, _comparison))
                _items[kept++] = _items[i];
        }
        var removed = kept < _count;
        _items.AsSpan(kept, _count - kept).Clear();
        _count = kept;
        return removed;
    }

    private void EnsureOwned(int capacity)
    {
        if (!_shared && _items.Length >= capacity)
            return;
        var grown = new KeyValuePair<string, string>[Math.Max(Math.Max(capacity, 4), _items.Length < capacity ? _items.Length * 2 : _items.Length)];
        Items.CopyTo(grown);
        _items = grown;
        _shared = false;
    }
}
