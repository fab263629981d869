using System.Buffers;

namespace KrakenPlugins.Sdk.Data;

/// <summary>
/// A growing byte buffer from the shared pool with one owner, who disposes it. Growing past <c>maxLength</c> throws
/// <see cref="BufferLimitException"/>. Not thread-safe.
/// </summary>
public sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private readonly int _maxLength;
    private byte[] _array;
    private int _length;

    /// <summary>An empty buffer.</summary>
    /// <param name="capacity">Bytes to reserve now.</param>
    /// <param name="maxLength">Bytes that may ever be written.</param>
    public PooledBytes(int capacity = 256, int maxLength = int.MaxValue)
    {
        _maxLength = maxLength;
        _array = BufferPool<byte>.Shared.Rent(Math.Clamp(capacity, 16, Math.Max(16, maxLength)));
    }

    /// <summary>The backing array; valid bytes are the first <see cref="Length"/>. Valid until the next write or disposal.</summary>
    public byte[] Array => _array;

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>The bytes written so far.</summary>
    public ReadOnlySpan<byte> Span => _array.AsSpan(0, _length);

    /// <summary>The bytes written so far.</summary>
    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, _length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_length + (long)count > _maxLength)
            throw new BufferLimitException(_maxLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return _array.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return _array.AsSpan(_length);
    }

    /// <summary>
    /// Makes room for so many bytes behind those written, so that they need no further growth. The room is a matter of storage:
    /// it may exceed the limit, which bounds what is written.
    /// </summary>
    /// <param name="count">Bytes.</param>
    public void Reserve(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_array.Length - _length < count)
            Grow(_length + (long)count);
    }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        EnsureFree(bytes.Length);
        bytes.CopyTo(_array.AsSpan(_length));
        Advance(bytes.Length);
    }

    /// <summary>Forgets what was written and keeps the storage.</summary>
    public void Clear() => _length = 0;

    /// <summary>Returns the storage to the pool; the buffer is empty and unusable afterwards. Repeating it does nothing.</summary>
    public void Dispose()
    {
        var array = _array;
        _array = [];
        _length = 0;
        if (array.Length > 0)
            BufferPool<byte>.Shared.Return(array);
    }

    private void EnsureFree(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_array.Length - _length >= needed)
            return;
        if (_length + (long)sizeHint > _maxLength)
            throw new BufferLimitException(_maxLength);
        Grow(Math.Max((long)_array.Length * 2, _length + (long)needed));
    }

    private void Grow(long capacity)
    {
        var size = (int)Math.Min(capacity, System.Array.MaxLength);
        var grown = BufferPool<byte>.Shared.Rent(Math.Max(size, 256));
        _array.AsSpan(0, _length).CopyTo(grown);
        if (_array.Length > 0)
            BufferPool<byte>.Shared.Return(_array);
        _array = grown;
    }
}

/// <summary>More was written to a buffer than its limit allows.</summary>
/// <param name="limit">The limit in bytes.</param>
public sealed class BufferLimitException(long limit) : IOException($"the limit of {limit} bytes was exceeded")
{
    /// <summary>The limit in bytes.</summary>
    public long Limit { get; } = limit;
}
