namespace Gateway.Sidecars.Calls;

/// <summary>A body of the gateway's that the sidecar may ask for: it is read, and sent, as far as there is credit, and not before there is any.</summary>
internal sealed class OutboundBody(LinkedCall call, uint streamId, BodySource source, long? length)
{
    // What waits for a slow source holds a small buffer.
    private const int FirstChunk = 8 << 10;

    private readonly object _gate = new();
    private TaskCompletionSource? _more;
    private Task? _sending;
    private long _credit;
    private long _sent;
    private bool _isLeft;
    private bool _isRefused;
    private volatile bool _awaitsSource;

    /// <summary>Its number.</summary>
    public uint StreamId => streamId;

    /// <summary>Whether the sidecar waits for bytes that the source does not have yet.</summary>
    public bool AwaitsSource => _awaitsSource;

    /// <summary>Completes when nothing reads from the source any more.</summary>
    public Task Sending
    {
        get
        {
            lock (_gate)
                return _sending ?? Task.CompletedTask;
        }
    }

    /// <summary>The request goes on with it, unless the sidecar has taken it already: from now on it cannot.</summary>
    public void Leave()
    {
        lock (_gate)
            _isLeft = _sending is null;
    }

    /// <summary>The sidecar takes so many bytes more; under the lock of the call.</summary>
    /// <returns>Whether it has to be told that there is no body for it.</returns>
    public bool Grant(uint bytes)
    {
        TaskCompletionSource? more;
        lock (_gate)
        {
            if (_isLeft)
                return !_isRefused && (_isRefused = true);
            _credit += bytes;
            if (_sending is null)
            {
                source.Take();
                var ended = call.BeginReading();
                _sending = Task.Run(() => SendAsync(ended));
                return false;
            }
            more = _credit > 0 ? _more : null;
            _more = more is null ? _more : null;
        }
        more?.TrySetResult();
        return false;
    }

    private async Task SendAsync(CancellationToken ended)
    {
        var size = Math.Min(FirstChunk, call.Stream.Limits.MaxChunk);
        try
        {
            while (true)
            {
                var credit = await CreditAsync(ended).ConfigureAwait(false);
                var room = (int)Math.Min(credit, size);
                var count = await SendChunkAsync(room, ended).ConfigureAwait(false);
                if (count < 0)
                    return;
                if (count == size)
                    size = Math.Min(4 * size, call.Stream.Limits.MaxChunk);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The call is over.
        }
    }

    private async ValueTask<long> CreditAsync(CancellationToken ended)
    {
        while (true)
        {
            ended.ThrowIfCancellationRequested();
            Task more;
            lock (_gate)
            {
                if (_credit > 0)
                    return _credit;
                more = (_more ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await more.WaitAsync(ended).ConfigureAwait(false);
        }
    }

    // The bytes that were sent; negative after the last.
    private async ValueTask<int> SendChunkAsync(int room, CancellationToken ended)
    {
        var buffer = EncodedFrame.RentChunk(room);
        var isSent = false;
        try
        {
            var count = await ReadAsync(EncodedFrame.DataOf(buffer, room), ended).ConfigureAwait(false);
            var isBroken = count < 0 || (count == 0 && _sent < length);
            count = Math.Max(count, 0);
            lock (_gate)
                _credit -= count;
            _sent += count;
            var isLast = !isBroken && (count == 0 || _sent == length);
            var weight = EncodedFrame.WeightOf(count + EncodedFrame.ChunkRoom);
            while (!call.Stream.Writer.TryReserve(weight))
                await call.Stream.Writer.RoomAsync().WaitAsync(ended).ConfigureAwait(false);
            isSent = true;
            call.Stream.Send(EncodedFrame.OfChunk(buffer, streamId, count, isLast, isBroken), weight, call.Id, GatewayFrames.Chunk);
            return isLast || isBroken ? -1 : count;
        }
        finally
        {
            if (!isSent)
                System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Negative when the source broke off.
    private async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken ended)
    {
        _awaitsSource = true;
        try
        {
            return await source.ReadAsync(target, ended).ConfigureAwait(false);
        }
        catch (Exception fault) when (!ended.IsCancellationRequested)
        {
            // Whoever owns the source knows; the sidecar has to know too.
            call.Stream.NoteBrokenSource(fault);
            return -1;
        }
        finally
        {
            _awaitsSource = false;
        }
    }
}
