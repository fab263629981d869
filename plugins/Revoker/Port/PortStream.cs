using System.Buffers.Binary;

namespace KrakenPlugins.Revoker.Port;

/// <summary>What came over the port is no message of its protocol, or more than is taken; the connection ends.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class PortException(string message) : Exception(message);

/// <summary>
/// The bytes of one connection with its time limits: whoever is silent for long, or sends a message slowly, loses the connection. Not thread-safe.
/// </summary>
internal sealed class PortStream : IAsyncDisposable
{
    /// <summary>Time for one message, and for the first bytes.</summary>
    public static readonly TimeSpan MessageTime = TimeSpan.FromSeconds(10);

    /// <summary>Time for the content of filters.</summary>
    public static readonly TimeSpan ContentTime = TimeSpan.FromMinutes(2);

    /// <summary>Time between two messages.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    private const int Large = 64 << 10;

    private readonly Stream _stream;
    private readonly SemaphoreSlim _large;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _end;
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _length;
    private bool _isLarge;

    /// <param name="stream">The connection; owned.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <param name="large">Lets few large messages into memory at a time, whatever the number of connections.</param>
    /// <param name="closing">Ends everything.</param>
    public PortStream(Stream stream, TimeProvider time, SemaphoreSlim large, CancellationToken closing)
    {
        _stream = stream;
        _large = large;
        _late = new CancellationTokenSource(MessageTime, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, closing);
    }

    /// <summary>Gives the next steps this much time.</summary>
    public void Allow(TimeSpan time) => _late.CancelAfter(time);

    /// <summary>Waits for the first byte of the next message, then allows the time of one; <see langword="false"/> when the other side has closed.</summary>
    public async ValueTask<bool> NextAsync()
    {
        ReleaseLarge();
        Allow(IdleTime);
        if (_length == 0 && !await FillAsync().ConfigureAwait(false))
            return false;
        Allow(MessageTime);
        return true;
    }

    /// <summary>Looks at the first bytes without taking them; at most 16.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count)
    {
        while (_length < count)
        {
            if (!await FillAsync().ConfigureAwait(false))
                throw new PortException("the connection was closed within its first bytes");
        }
        return _buffer.AsMemory(_start, count);
    }

    /// <summary>Reads exactly so many bytes. Throws <see cref="PortException"/> when the other side closes before.</summary>
    public async ValueTask ReadAsync(Memory<byte> destination)
    {
        while (destination.Length > 0)
        {
            if (_length == 0 && destination.Length >= _buffer.Length)
            {
                var read = await _stream.ReadAsync(destination, _end.Token).ConfigureAwait(false);
                if (read == 0)
                    throw new PortException("the connection was closed within a message");
                destination = destination[read..];
                continue;
            }
            if (_length == 0 && !await FillAsync().ConfigureAwait(false))
                throw new PortException("the connection was closed within a message");
            var count = Math.Min(_length, destination.Length);
            _buffer.AsMemory(_start, count).CopyTo(destination);
            _start += count;
            _length -= count;
            destination = destination[count..];
        }
    }

    /// <summary>Reads one byte.</summary>
    public async ValueTask<byte> ReadByteAsync()
    {
        if (_length == 0 && !await FillAsync().ConfigureAwait(false))
            throw new PortException("the connection was closed within a message");
        _length--;
        return _buffer[_start++];
    }

    /// <summary>Reads a number of four bytes in network order.</summary>
    public async ValueTask<uint> ReadUInt32Async()
    {
        var bytes = new byte[4];
        await ReadAsync(bytes).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>
    /// Reads a message of a length that the other side named: memory grows with what arrives, so that a number alone costs none.
    /// </summary>
    public async ValueTask<byte[]> ReadMessageAsync(int length)
    {
        if (length > Large && !_isLarge)
        {
            await _large.WaitAsync(_end.Token).ConfigureAwait(false);
            _isLarge = true;
        }
        var message = new byte[Math.Min(length, Large)];
        for (var read = 0; read < length;)
        {
            if (read == message.Length)
                Array.Resize(ref message, (int)Math.Min(length, (long)message.Length * 2));
            await ReadAsync(message.AsMemory(read)).ConfigureAwait(false);
            read = message.Length;
        }
        return message;
    }

    /// <summary>Sends bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, _end.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        ReleaseLarge();
        _end.Dispose();
        _late.Dispose();
    }

    private void ReleaseLarge()
    {
        if (_isLarge)
            _large.Release();
        _isLarge = false;
    }

    // Peeked bytes stay where they are; what was read makes room.
    private async ValueTask<bool> FillAsync()
    {
        if (_length == 0)
            _start = 0;
        var read = await _stream.ReadAsync(_buffer.AsMemory(_start + _length), _end.Token).ConfigureAwait(false);
        _length += read;
        return read > 0;
    }
}
