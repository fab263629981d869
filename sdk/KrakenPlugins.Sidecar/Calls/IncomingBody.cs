using KrakenPlugins.Plugin.V1;

namespace KrakenPlugins.Sidecar.Calls;

/// <summary>
/// A body that the gateway announced. Nothing of it comes before somebody reads: the first read takes the body over, and from then on credit follows
/// what was read. One reader.
/// </summary>
internal sealed class IncomingBody(PluginCall call, uint streamId, long? length) : Stream
{
    // Bytes that may be on their way; granted again in halves.
    private const int Window = 256 << 10;

    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _chunks = [];
    private ReadOnlyMemory<byte> _current;
    private TaskCompletionSource? _waiting;
    private string? _fault;
    private int _allowed;
    private int _consumed;
    private bool _isEnded;
    private volatile bool _isTaken;

    /// <summary>Number of the body among those of the call.</summary>
    public uint StreamId => streamId;

    /// <summary>Whether it was taken over: what goes on is what the plugin sends.</summary>
    public bool IsTaken => _isTaken;

    /// <summary>Bytes in all, where known.</summary>
    public long? KnownLength => length;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes a chunk of the gateway.</summary>
    public void Receive(BodyChunk chunk)
    {
        lock (_gate)
        {
            if (_isEnded)
                return;
            _allowed -= chunk.Data.Length;
            if (_allowed < 0)
            {
                End("the gateway sent more of a body than it was allowed to");
            }
            else
            {
                if (chunk.Data.Length > 0)
                    _chunks.Enqueue(chunk.Data.Memory);
                if (chunk.IsBroken)
                    End("the body broke off");
                else if (chunk.IsLast)
                    End(null);
            }
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    /// <summary>Ends it before its time: the call is over.</summary>
    public void Break(string reason)
    {
        lock (_gate)
        {
            if (!_isEnded)
                End(reason);
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (TryTake(buffer.Span, out var count))
                    return count;
                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _waiting.Task;
            }
            await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("a body is read asynchronously; use ReadAsync");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool TryTake(Span<byte> buffer, out int count)
    {
        count = 0;
        if (buffer.IsEmpty)
            return true;
        if (!_isTaken)
        {
            _isTaken = true;
            Grant(Window);
        }
        if (_current.IsEmpty && _chunks.Count > 0)
            _current = _chunks.Dequeue();
        if (_current.IsEmpty)
            return _isEnded && (_fault is null ? true : throw new IOException(_fault));
        count = Math.Min(buffer.Length, _current.Length);
        _current.Span[..count].CopyTo(buffer);
        _current = _current[count..];
        _consumed += count;
        if (_consumed >= Window / 2 && !_isEnded)
        {
            Grant(_consumed);
            _consumed = 0;
        }
        return true;
    }

    private void Grant(int bytes)
    {
        _allowed += bytes;
        call.Send(new PluginFrame { Credit = new Credit { StreamId = streamId, Bytes = (uint)bytes } });
    }

    private void End(string? fault)
    {
        _isEnded = true;
        _fault = fault;
    }
}
