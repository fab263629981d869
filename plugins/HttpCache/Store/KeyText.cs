using System.Buffers;
using System.Globalization;

namespace KrakenPlugins.HttpCache.Store;

/// <summary>
/// Puts the text of a key together without allocation. Each part is preceded by its length, so that no part can pass for two, whatever
/// a client writes into it.
/// </summary>
internal ref struct KeyText(Span<char> initial)
{
    private const int LengthDigits = 11;

    private Span<char> _buffer = initial;
    private char[]? _rented;
    private int _length;

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<char> Text => _buffer[.._length];

    /// <summary>Adds a part.</summary>
    public void Add(scoped ReadOnlySpan<char> part)
    {
        Reserve(part.Length + LengthDigits);
        part.Length.TryFormat(_buffer[_length..], out var digits, default, CultureInfo.InvariantCulture);
        _length += digits;
        _buffer[_length++] = ':';
        part.CopyTo(_buffer[_length..]);
        _length += part.Length;
    }

    /// <summary>Gives the storage back.</summary>
    public void Dispose()
    {
        var rented = _rented;
        this = default;
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length >= count)
            return;
        var grown = ArrayPool<char>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        Text.CopyTo(grown);
        if (_rented is not null)
            ArrayPool<char>.Shared.Return(_rented);
        _buffer = _rented = grown;
    }
}
