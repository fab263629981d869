using KrakenPlugins.Grpc.Client;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// Sends frames. Whoever brings one while nothing is being written writes it himself, on his own thread; what comes meanwhile collects and leaves in
/// one message as soon as the transport has taken the one before. What waits is bounded: starts and chunks ask for room first, results are refused
/// beyond a second bound, and of cancellations and credit there cannot be many.
/// </summary>
internal sealed class FrameWriter
{
    private const int BatchSize = 64 << 10;
    private const int CopiesBelow = 16 << 10;
    private const int MaxSpares = 4;

    private readonly Lock _gate = new();
    private readonly Queue<FrameBatch> _batches = [];
    private readonly Stack<FrameBatch> _spares = [];
    private readonly GrpcClientCall<FrameBatch, System.Buffers.ReadOnlySequence<byte>> _call;
    private readonly Action _room;
    private readonly Action _resume;
    private readonly int _soft;
    private readonly int _hard;
    private readonly int _batchLimit;

    private FrameBatch? _open;
    private FrameBatch? _leaving;
    private ValueTask<bool> _write;
    private TaskCompletionSource? _roomy;
    private long _queued;
    private bool _isWriting;
    private bool _isTight;
    private bool _isClosed;

    /// <summary>A writer.</summary>
    /// <param name="call">Where frames go.</param>
    /// <param name="limits">Sizes of messages.</param>
    /// <param name="soft">Bytes that may wait before starts and chunks have to.</param>
    /// <param name="hard">Bytes that may wait with results.</param>
    /// <param name="room">Called when there is room again.</param>
    public FrameWriter(GrpcClientCall<FrameBatch, System.Buffers.ReadOnlySequence<byte>> call, CallLimits limits, int soft, int hard, Action room)
    {
        (_call, _soft, _hard, _room) = (call, soft, hard, room);
        _batchLimit = Math.Min(BatchSize - FrameBatch.HeaderRoom, limits.MaxMessage);
        _resume = Resume;
    }

    /// <summary>Bytes that wait or are being written.</summary>
    public long Queued => Volatile.Read(ref _queued);

    /// <summary>Takes room for a frame that may wait for it: when nothing else does, or when it fits in.</summary>
    public bool TryReserve(int weight) => TryReserve(weight, _soft);

    /// <summary>Takes room for a frame that cannot wait.</summary>
    public bool TryReserveResult(int weight) => TryReserve(weight, _hard);

    /// <summary>Takes room in any case.</summary>
    public void Reserve(int weight)
    {
        lock (_gate)
            _queued += weight;
    }

    /// <summary>Gives room back that was not used.</summary>
    public void Release(int weight)
    {
        bool isRoomy;
        lock (_gate)
            isRoomy = Free(weight);
        if (isRoomy)
            TellRoom();
    }

    /// <summary>Completes when it is worth asking for room again, or the writer is closed.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            if (_isClosed || !_isTight)
                return Task.CompletedTask;
            return (_roomy ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Takes a frame over, with the room that was taken for it.</summary>
    /// <returns>Whether the caller has to <see cref="Drain"/>.</returns>
    public bool Append(in EncodedFrame frame, int weight)
    {
        var isLarge = frame.End - frame.Start > CopiesBelow || frame.End - frame.Start > _batchLimit;
        var isKept = false;
        bool drains;
        lock (_gate)
        {
            drains = !_isClosed && !_isWriting;
            if (!_isClosed)
            {
                _isWriting = true;
                isKept = isLarge;
                Enqueue(frame, weight, isLarge);
            }
        }
        if (!isKept)
            frame.Return();
        return drains;
    }

    /// <summary>Writes what there is. By the one whom <see cref="Append"/> told to, outside of every lock.</summary>
    public void Drain()
    {
        while (TryTake(out var batch))
        {
            _leaving = batch;
            var write = _call.WriteAsync(batch);
            if (!write.IsCompleted)
            {
                _write = write;
                write.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_resume);
                return;
            }
            Written(write);
        }
    }

    /// <summary>Drops what waits, and whatever comes.</summary>
    public void Close()
    {
        TaskCompletionSource? roomy;
        lock (_gate)
        {
            _isClosed = true;
            while (_batches.TryDequeue(out var batch))
                batch.Return();
            while (_spares.TryPop(out var batch))
                batch.Return();
            _open?.Return();
            _open = null;
            roomy = _roomy;
            _roomy = null;
        }
        roomy?.TrySetResult();
    }

    private void Resume()
    {
        Written(_write);
        Drain();
    }

    private void Written(ValueTask<bool> write)
    {
        var isOpen = write.GetAwaiter().GetResult();
        var batch = _leaving!;
        _leaving = null;
        bool isRoomy;
        lock (_gate)
        {
            isRoomy = Free(batch.Weight);
            if (batch.IsSingle || _isClosed || _spares.Count == MaxSpares)
            {
                batch.Return();
            }
            else
            {
                batch.Clear();
                _spares.Push(batch);
            }
        }
        // How the stream ended is known to whoever reads it.
        if (!isOpen)
            Close();
        else if (isRoomy)
            TellRoom();
    }

    private bool TryTake(out FrameBatch batch)
    {
        lock (_gate)
        {
            if (!_isClosed && _batches.TryDequeue(out batch!))
                return true;
            batch = _open!;
            _open = null;
            _isWriting = batch is not null;
            return _isWriting;
        }
    }

    // Under the lock.
    private void Enqueue(in EncodedFrame frame, int weight, bool isLarge)
    {
        if (!isLarge && _open is not null && _open.TryAdd(frame.Bytes, weight, _batchLimit))
            return;
        if (_open is not null)
            _batches.Enqueue(_open);
        _open = null;
        if (isLarge)
        {
            _batches.Enqueue(FrameBatch.Of(frame, weight));
            return;
        }
        _open = _spares.TryPop(out var spare) ? spare : FrameBatch.Empty(BatchSize);
        _open.TryAdd(frame.Bytes, weight, _batchLimit);
    }

    private bool TryReserve(int weight, int bound)
    {
        lock (_gate)
        {
            if (_queued != 0 && _queued + weight > bound)
            {
                _isTight = true;
                return false;
            }
            _queued += weight;
            return true;
        }
    }

    // Under the lock. True when those who wait for room should ask again.
    private bool Free(int weight)
    {
        _queued -= weight;
        if (!_isTight || _queued > _soft / 2)
            return false;
        _isTight = false;
        return true;
    }

    private void TellRoom()
    {
        TaskCompletionSource? roomy;
        lock (_gate)
            (roomy, _roomy) = (_roomy, null);
        roomy?.TrySetResult();
        _room();
    }
}
