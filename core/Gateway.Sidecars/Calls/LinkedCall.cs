using System.Threading.Tasks.Sources;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// A call on a stream. Its state changes under its own lock, by the flow that uses it, the reader of the stream, and the sweeper; nothing foreign runs
/// under that lock. What waits for a step is woken by the reader itself once that has given its place to another thread, or on the pool.
/// </summary>
internal sealed partial class LinkedCall(CallStream stream) : SidecarCall, IValueTaskSource<CallStep>, IThreadPoolWorkItem
{
    private enum Phase : byte
    {
        New,
        Open,
        // Finished by the sidecar.
        Done,
        // Given up by either side.
        Over,
    }

    private readonly CallStream _stream = stream;
    private readonly object _gate = new();
    private ManualResetValueTaskSourceCore<CallStep> _wait;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private CallStep _woken;
    private StepQueue _steps;
    private Attempts _attempts;
    private CallLoss? _loss;
    private long _owedSince;
    private Phase _phase;
    private bool _isWaiting;
    private bool _isCancelled;
    // Whether Finish or the last Proceed has come.
    private bool _hasOutcome;

    /// <summary>Its number; 0 until it has started.</summary>
    public ulong Id { get; set; }

    /// <inheritdoc/>
    public override ValueTask<CallLoss?> StartAsync(CallStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var size = start.CalculateSize();
        if (size > _stream.MaxPayload)
            return new(new CallLoss(LossReason.Overloaded, $"the start has {size} bytes; the sidecar takes messages of {_stream.Limits.MaxMessage} at most"));
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<CallLoss?>(cancellationToken);
        if (_stream.Table.TryEnter(this, EncodedFrame.WeightOf(size), out var loss))
            return new(Begin(start, size));
        return loss is not null ? new(loss) : StartLaterAsync(start, size, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<CallStep> NextAsync(CancellationToken cancellationToken) => TakeAsync(cancellationToken);

    /// <inheritdoc/>
    public override void SendResult(CallResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        lock (_gate)
        {
            if (_phase != Phase.Open || _hasOutcome)
                return;
            if (!_attempts.TryAnswer(result.Attempt))
                throw new ArgumentException($"attempt {result.Attempt} waits for no result");
            if (_attempts.Outstanding == 0)
                _owedSince = _stream.Now;
        }
        var size = result.CalculateSize();
        var weight = EncodedFrame.WeightOf(size);
        if (size > _stream.MaxPayload)
            Lose(new(LossReason.Overloaded, $"a result has {size} bytes; the sidecar takes messages of {_stream.Limits.MaxMessage} at most"), CancelReason.Unspecified);
        else if (!_stream.Writer.TryReserveResult(weight))
            Lose(new(LossReason.Overloaded, $"{_stream.Writer.Queued} bytes wait for the sidecar to read them"), CancelReason.Unspecified);
        else
            _stream.Send(EncodedFrame.Of(result, size), weight, Id, GatewayFrames.Result);
    }

    /// <inheritdoc/>
    public override void Cancel(CancelReason reason) => Lose(new(LossReason.Gone, "the call was cancelled"), reason);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Cancel(CancelReason.Unspecified);
        return ReleaseBodiesAsync();
    }

    /// <summary>Ends the call for its user; the sidecar is told, unless there is no reason to.</summary>
    public void Lose(CallLoss loss, CancelReason? reason)
    {
        bool wakes;
        lock (_gate)
        {
            if (_phase != Phase.Open)
                return;
            _phase = Phase.Over;
            _steps.Clear();
            wakes = End(loss);
        }
        if (reason is { } told)
            _stream.SendControl(Id, GatewayFrames.Cancel, (uint)told, 0);
        Leave();
        if (wakes)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Ends the call when the sidecar has owed an answer since before a moment.</summary>
    public void Expire(long now, long since)
    {
        lock (_gate)
        {
            if (_phase != Phase.Open || _owedSince == 0)
                return;
            // The sidecar waits for bytes that somebody else owes.
            if (AwaitsSource())
                _owedSince = now;
            if (_owedSince >= since)
                return;
        }
        Lose(_stream.Late, CancelReason.Deadline);
    }

    /// <inheritdoc/>
    CallStep IValueTaskSource<CallStep>.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        return _wait.GetResult(token);
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<CallStep>.GetStatus(short token) => _wait.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<CallStep>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>Wakes what waits; once, by the one who was told to.</summary>
    public void Execute()
    {
        if (_isCancelled)
            _wait.SetException(new OperationCanceledException(_token));
        else
            _wait.SetResult(_woken);
    }

    private CallLoss? Begin(CallStart start, int size)
    {
        var frame = EncodedFrame.Of(start, size);
        lock (_gate)
        {
            _phase = Phase.Open;
            _owedSince = _stream.Now;
            _requestBody = start.RequestBody is { ContentCase: Body.ContentOneofCase.StreamId } body ? body.StreamId : 0;
        }
        var loss = _stream.Table.Begin(this, frame, EncodedFrame.WeightOf(size), out var drains);
        if (loss is not null)
            Lose(loss, null);
        else if (drains)
            _stream.Writer.Drain();
        return loss;
    }

    private ValueTask<CallStep> TakeAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<CallStep>(cancellationToken);
        lock (_gate)
        {
            if (_steps.TryTake(out var step))
                return new(step);
            if (_loss is not null)
                return new(new CallStep(null, null, _loss));
            if (_phase is Phase.Done or Phase.Over)
                throw new InvalidOperationException("the sidecar has finished the call");
            if (_isWaiting)
                throw new InvalidOperationException("somebody waits for the next step already");
            _wait.Reset();
            (_isWaiting, _isCancelled, _token) = (true, false, cancellationToken);
        }
        var version = _wait.Version;
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static call => ((LinkedCall)call!).GiveUpWaiting(), this);
        return new(this, version);
    }

    private void GiveUpWaiting()
    {
        lock (_gate)
        {
            if (!_isWaiting)
                return;
            (_isWaiting, _isCancelled) = (false, true);
        }
        // Not here: this is the thread of whoever cancels.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // Under the lock. Whether what waits has to be woken.
    private bool Post(in CallStep step, int size)
    {
        if (!_isWaiting)
        {
            _steps.Add(step, size);
            return false;
        }
        _isWaiting = false;
        _woken = step;
        return true;
    }

    // Under the lock. Likewise.
    private bool End(CallLoss loss)
    {
        _loss = loss;
        if (!_isWaiting)
            return false;
        _isWaiting = false;
        _woken = new(null, null, loss);
        return true;
    }

    // Once, by the one who ended the call; outside of the lock.
    private void Leave()
    {
        _stream.Table.Leave(this);
        EndBodies();
    }
}
