using System.Buffers;

namespace KrakenPlugins.Grpc.Framing;

/// <summary>Writes into one rented buffer that grows.</summary>
internal sealed class PooledWriter : IBufferWriter<byte>
{
    private const int FirstSize = 256;

    private byte[] _buffer = [];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public Memory<byte> Written => _buffer.AsMemory(0, Length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - Length));
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(Length);
    }

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives the buffer back; the writer can be used again.</summary>
    public void Release()
    {
        var buffer = _buffer;
        _buffer = [];
        Length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Reserve(int sizeHint)
    {
        var needed = checked(Length + Math.Max(sizeHint, 1));
        if (needed <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstSize, (int)Math.Min(2L * _buffer.Length, Array.MaxLength))));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
