namespace KrakenPlugins.Templates;

/// <summary>A map that functions build and change. Not safe for changes from several threads.</summary>
public sealed class TemplateMap : ITemplateMap
{
    private readonly Dictionary<string, TemplateValue> _values;
    private string[]? _sortedKeys;

    /// <summary>An empty map.</summary>
    public TemplateMap() => _values = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);

    /// <summary>An empty map with room for so many keys.</summary>
    public TemplateMap(int capacity) => _values = new Dictionary<string, TemplateValue>(capacity, StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public string TypeName { get; init; } = "map[string]interface {}";

    /// <inheritdoc/>
    public IReadOnlyList<string> SortedKeys
    {
        get
        {
            if (_sortedKeys is not { } keys)
            {
                keys = new string[_values.Count];
                _values.Keys.CopyTo(keys, 0);
                Array.Sort(keys, KeyOrder.Instance);
                _sortedKeys = keys;
            }
            return keys;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string key, out TemplateValue value) => _values.TryGetValue(key, out value);

    /// <summary>Adds a key or replaces its value.</summary>
    public void Set(string key, TemplateValue value)
    {
        _values[key] = value;
        _sortedKeys = null;
    }

    /// <summary>Takes a key away; false when it was not there.</summary>
    public bool Remove(string key)
    {
        if (!_values.Remove(key)) return false;
        _sortedKeys = null;
        return true;
    }
}
