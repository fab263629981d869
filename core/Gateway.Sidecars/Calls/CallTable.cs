using System.Numerics;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// The calls of one stream, and those that wait for a place on it, in their order. A number leads to its call without a lock: numbers grow by one, and
/// those whose place in the table is still taken by an older call are left out.
/// </summary>
internal sealed class CallTable
{
    private readonly Lock _gate = new();
    private readonly LinkedCall?[] _calls;
    private readonly FrameWriter _writer;
    private readonly int _most;
    private readonly int _mostWaiting;

    private LinkedCall? _firstWaiting;
    private LinkedCall? _lastWaiting;
    private TaskCompletionSource? _idle;
    private CallLoss? _closed;
    private ulong _lastId;
    private int _open;
    private int _waiting;
    private bool _isBroken;

    /// <summary>An empty table.</summary>
    /// <param name="most">Calls at once.</param>
    /// <param name="mostWaiting">Calls that may wait.</param>
    /// <param name="writer">Has to have room for a start.</param>
    public CallTable(int most, int mostWaiting, FrameWriter writer)
    {
        (_most, _mostWaiting, _writer) = (most, mostWaiting, writer);
        _calls = new LinkedCall?[BitOperations.RoundUpToPowerOf2((uint)most * 2)];
    }

    /// <summary>Calls that have a place.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Calls that wait for one.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Every place of the table, taken or not, for a look at all calls.</summary>
    public ReadOnlySpan<LinkedCall?> Places => _calls;

    /// <summary>The call of a number; <see langword="null"/> when it has ended or never was.</summary>
    public LinkedCall? Find(ulong id) =>
        Volatile.Read(ref _calls[id & (ulong)(_calls.Length - 1)]) is { } call && call.Id == id ? call : null;

    /// <summary>Takes a place and the room of the start, or a turn among those that wait.</summary>
    /// <param name="call">The call.</param>
    /// <param name="weight">Room that its start takes.</param>
    /// <param name="loss">Why it can have neither.</param>
    /// <returns>Whether it has the place.</returns>
    public bool TryEnter(LinkedCall call, int weight, out CallLoss? loss)
    {
        lock (_gate)
        {
            loss = _closed;
            if (loss is not null)
                return false;
            if (_firstWaiting is null && _open < _most && _writer.TryReserve(weight))
            {
                _open++;
                return true;
            }
            if (_waiting == _mostWaiting)
            {
                loss = new(LossReason.Overloaded, $"{_open} calls are under way and {_waiting} wait");
                return false;
            }
            Link(call, weight);
            return false;
        }
    }

    /// <summary>Gives up the turn, or the place that was given in the same moment.</summary>
    public void Withdraw(LinkedCall call)
    {
        lock (_gate)
        {
            if (call.IsQueued)
            {
                Unlink(call);
                return;
            }
        }
        if (!call.HasPlace)
            return;
        _writer.Release(call.StartWeight);
        Leave(call);
    }

    /// <summary>Numbers the call and sends its start.</summary>
    /// <returns>Why it cannot be made any more, or <see langword="null"/>.</returns>
    public CallLoss? Begin(LinkedCall call, EncodedFrame start, int weight, out bool drains)
    {
        lock (_gate)
        {
            drains = false;
            if (_isBroken)
            {
                start.Return();
                return _closed;
            }
            var mask = (ulong)(_calls.Length - 1);
            do
                _lastId++;
            while (_calls[_lastId & mask] is not null);
            call.Id = _lastId;
            Volatile.Write(ref _calls[_lastId & mask], call);
            start.Address(_lastId, GatewayFrames.Start);
            // Within the lock, so that numbers grow on the stream too.
            drains = _writer.Append(start, weight);
            return null;
        }
    }

    /// <summary>Frees the place of a call; the next one gets it.</summary>
    public void Leave(LinkedCall call)
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            ref var place = ref _calls[call.Id & (ulong)(_calls.Length - 1)];
            if (ReferenceEquals(place, call))
                Volatile.Write(ref place, null);
            if (--_open == 0)
                (idle, _idle) = (_idle, null);
            AdmitNext();
        }
        idle?.TrySetResult();
    }

    /// <summary>Gives places to those that wait, now that there is room.</summary>
    public void Admit()
    {
        lock (_gate)
            AdmitNext();
    }

    /// <summary>Takes no more calls; those that wait are lost.</summary>
    /// <param name="loss">Why.</param>
    /// <param name="isBroken">Whether calls that have a place cannot start any more either.</param>
    /// <returns>Whether that is news.</returns>
    public bool Close(CallLoss loss, bool isBroken)
    {
        lock (_gate)
        {
            if (_isBroken || (_closed is not null && !isBroken))
                return false;
            (_closed, _isBroken) = (loss, isBroken);
            while (_firstWaiting is { } call)
            {
                Unlink(call);
                call.Refuse(loss);
            }
            return true;
        }
    }

    /// <summary>The loss of those that have waited since before a moment.</summary>
    public void Expire(long since, CallLoss loss)
    {
        if (Waiting == 0)
            return;
        lock (_gate)
        {
            while (_firstWaiting is { } call && call.WaitsSince < since)
            {
                Unlink(call);
                call.Refuse(loss);
            }
        }
    }

    /// <summary>Completes once no call has a place.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
            return _open == 0 ? Task.CompletedTask : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    // Under the lock, as the rest.
    private void AdmitNext()
    {
        while (_firstWaiting is { } call && _open < _most && _writer.TryReserve(call.StartWeight))
        {
            _open++;
            Unlink(call);
            call.Grant();
        }
    }

    private void Link(LinkedCall call, int weight)
    {
        call.Queue(weight);
        call.Previous = _lastWaiting;
        if (_lastWaiting is null)
            _firstWaiting = call;
        else
            _lastWaiting.Next = call;
        _lastWaiting = call;
        _waiting++;
    }

    private void Unlink(LinkedCall call)
    {
        if (call.Previous is null)
            _firstWaiting = call.Next;
        else
            call.Previous.Next = call.Next;
        if (call.Next is null)
            _lastWaiting = call.Previous;
        else
            call.Next.Previous = call.Previous;
        (call.Previous, call.Next) = (null, null);
        call.IsQueued = false;
        _waiting--;
    }
}
