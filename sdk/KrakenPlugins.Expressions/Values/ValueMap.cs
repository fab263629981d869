namespace KrakenPlugins.Expressions.Values;

/// <summary>A map that an expression makes. Keys are bool, int, uint or string; equal whole numbers are one key.</summary>
internal sealed class ValueMap : CelMap
{
    private readonly Dictionary<CelValue, CelValue> _entries;

    public ValueMap(int capacity) => _entries = new(capacity);

    public static ValueMap Empty { get; } = new(0);

    public override int Count => _entries.Count;

    public static bool IsKey(CelKind kind) => kind is CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool;

    public static ValueMap Of(ReadOnlySpan<KeyValuePair<CelValue, CelValue>> entries)
    {
        var map = new ValueMap(entries.Length);
        foreach (var (key, value) in entries)
        {
            if (!IsKey(key.Kind))
                throw new ArgumentException($"a value of kind {key.Kind} is no key of a map", nameof(entries));
            if (!map.TryAdd(key, value))
                throw new ArgumentException($"the key {key} occurs twice", nameof(entries));
        }
        return map;
    }

    public bool TryAdd(in CelValue key, in CelValue value) => _entries.TryAdd(key, value);

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        if (key.Kind is CelKind.Double || IsKey(key.Kind))
            return _entries.TryGetValue(key, out value);
        value = default;
        return false;
    }

    public override void CopyKeysTo(Span<CelValue> keys)
    {
        var i = 0;
        foreach (var key in _entries.Keys)
            keys[i++] = key;
    }
}
