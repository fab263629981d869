using System.Buffers;

namespace Gateway.Sidecars.Calls;

/// <summary>Bytes in rented buffers, first in, first out. Small parts share a buffer, so that what it holds costs little more than its bytes. Not thread-safe.</summary>
internal sealed class ByteQueue
{
    private const int LeastBuffer = 4 << 10;

    private readonly Queue<(byte[] Buffer, int Length)> _full = [];
    private byte[]? _tail;
    private int _tailEnd;
    private int _start;

    /// <summary>Whether it holds none.</summary>
    public bool IsEmpty => _full.Count == 0 && _tailEnd == _start;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_tail is null)
            {
                _tail = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length, LeastBuffer));
                _tailEnd = 0;
            }
            var count = Math.Min(bytes.Length, _tail.Length - _tailEnd);
            bytes[..count].CopyTo(_tail.AsSpan(_tailEnd));
            _tailEnd += count;
            bytes = bytes[count..];
            if (_tailEnd == _tail.Length)
                Seal();
        }
    }

    /// <summary>Moves as many as there are and fit.</summary>
    public int Take(Span<byte> target)
    {
        var taken = 0;
        while (taken < target.Length && !IsEmpty)
        {
            var (buffer, end) = _full.Count > 0 ? _full.Peek() : (_tail!, _tailEnd);
            var count = Math.Min(target.Length - taken, end - _start);
            buffer.AsSpan(_start, count).CopyTo(target[taken..]);
            taken += count;
            _start += count;
            if (_start == end)
                Free();
        }
        return taken;
    }

    public void Clear()
    {
        while (_full.TryDequeue(out var part))
            ArrayPool<byte>.Shared.Return(part.Buffer);
        if (_tail is not null)
            ArrayPool<byte>.Shared.Return(_tail);
        (_tail, _tailEnd, _start) = (null, 0, 0);
    }

    private void Seal()
    {
        _full.Enqueue((_tail!, _tailEnd));
        (_tail, _tailEnd) = (null, 0);
    }

    // The first buffer has been read to its end.
    private void Free()
    {
        _start = 0;
        if (_full.TryDequeue(out var part))
        {
            ArrayPool<byte>.Shared.Return(part.Buffer);
            return;
        }
        ArrayPool<byte>.Shared.Return(_tail!);
        (_tail, _tailEnd) = (null, 0);
    }
}
