using System.Buffers;
using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Transport;

/// <summary>A pooled, growing buffer that a request head is written into. Owned by one call, which returns it.</summary>
internal struct HeadWriter(int capacity, int maxLength)
{
    private byte[] _array = BufferPool<byte>.Shared.Rent(capacity);
    private int _length;

    public readonly int Length => _length;

    public readonly ReadOnlyMemory<byte> Written => _array.AsMemory(0, _length);

    /// <summary>Whether more was written than a head may have.</summary>
    public readonly bool IsTooLong => _length > maxLength;

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_array.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Write(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
            Write(segment.Span);
    }

    /// <summary>Writes text as UTF-8; what may be in it was checked before.</summary>
    public void Write(string text)
    {
        Reserve(text.Length * 3);
        _length += Encoding.UTF8.GetBytes(text, _array.AsSpan(_length));
    }

    public void Write(long number)
    {
        Reserve(20);
        number.TryFormat(_array.AsSpan(_length), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Return()
    {
        var array = _array;
        _array = [];
        _length = 0;
        if (array.Length > 0)
            BufferPool<byte>.Shared.Return(array);
    }

    private void Reserve(int count)
    {
        if (_array.Length - _length >= count)
            return;
        var grown = BufferPool<byte>.Shared.Rent(Math.Max(_array.Length * 2, checked(_length + count)));
        _array.AsSpan(0, _length).CopyTo(grown);
        BufferPool<byte>.Shared.Return(_array);
        _array = grown;
    }
}
