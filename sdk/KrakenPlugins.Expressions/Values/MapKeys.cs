using System.Buffers;

namespace KrakenPlugins.Expressions.Values;

/// <summary>The keys of a map in an array on loan.</summary>
internal readonly ref struct MapKeys
{
    private readonly CelValue[] _rented;

    public MapKeys(CelMap map)
    {
        var count = map.Count;
        _rented = ArrayPool<CelValue>.Shared.Rent(count);
        Span = _rented.AsSpan(0, count);
        map.CopyKeysTo(_rented.AsSpan(0, count));
    }

    public ReadOnlySpan<CelValue> Span { get; }

    public void Dispose() => ArrayPool<CelValue>.Shared.Return(_rented, clearArray: true);
}
