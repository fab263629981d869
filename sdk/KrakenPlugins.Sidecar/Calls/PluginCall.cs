using System.IO.Pipelines;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Calls;

/// <summary>One call: the walk of a request through one component. Runs on the thread pool; frames come in from the stream's reader.</summary>
internal abstract class PluginCall(CallStream stream, ulong id, ComponentPlace place, CallStart start) : IThreadPoolWorkItem
{
    // A body up to this size goes with its message.
    protected const int SmallBody = 64 << 10;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<TaskCompletionSource<Response>> _attempts = new(1);
    private List<IncomingBody>? _incoming;
    private List<OutgoingBody>? _outgoing;
    private List<(uint StreamId, PipeReader Reader)>? _announced;
    private List<IDisposable>? _owned;
    private Task? _finishing;
    private Task? _sending;
    private CancelReason _reason;
    private volatile bool _isOver;
    private bool _isFinished;

    /// <summary>Number of the call on its stream.</summary>
    public ulong Id => id;

    /// <summary>What the gateway said first.</summary>
    protected CallStart Start => start;

    /// <summary>The component.</summary>
    protected ComponentPlace Place => place;

    /// <summary>Fires when the gateway no longer wants the call.</summary>
    protected CancellationToken Cancelled => _cancellation.Token;

    /// <summary>Whether nothing of what follows is sent any more.</summary>
    protected bool IsOver => _isOver;

    /// <summary>Bytes of a body that is handed over as a whole.</summary>
    protected int MaxWholeBody => stream.Terms.MaxWholeBody;

    /// <inheritdoc/>
    public void Execute() => _ = ExecuteAsync();

    /// <summary>Takes a frame of the gateway.</summary>
    public void Receive(GatewayFrame frame)
    {
        switch (frame.FrameCase)
        {
            case GatewayFrame.FrameOneofCase.Result:
                TakeResult(frame.Result);
                break;
            case GatewayFrame.FrameOneofCase.Chunk:
                FindIncoming(frame.Chunk.StreamId)?.Receive(frame.Chunk);
                break;
            case GatewayFrame.FrameOneofCase.Credit:
                FindOutgoing(frame.Credit.StreamId)?.Grant(frame.Credit.Bytes);
                break;
            case GatewayFrame.FrameOneofCase.Cancel:
                Cancel(frame.Cancel.Reason);
                break;
            default:
                // A frame of a later version of the protocol.
                break;
        }
    }

    /// <summary>Stops the call: nothing is sent for it any more.</summary>
    public void Cancel(CancelReason reason)
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _isOver = true;
            _reason = reason;
        }
        BreakBodies("the call was cancelled");
        // Code of the plugin hangs on the token; it must not hold up the reader of the stream.
        ThreadPool.UnsafeQueueUserWorkItem(static call => call.Interrupt(), this, preferLocal: false);
    }

    /// <summary>Sends a frame of this call, unless it is over.</summary>
    public void Send(PluginFrame frame)
    {
        if (_isOver)
            return;
        frame.CallId = id;
        stream.Send(frame);
    }

    /// <summary>Writes a fault of the plugin's code to the log, with its stack at most once a second.</summary>
    public void NoteFault(Exception exception, string what)
    {
        if (!_isOver || exception is not (OperationCanceledException or IOException))
            place.Faults.Note(exception, what);
    }

    /// <summary>Walks through the component and sends what comes of it, its body included.</summary>
    protected abstract ValueTask RunAsync();

    /// <summary>Sends the end of the call; without effect once it was sent.</summary>
    protected void SendFinish(Finish finish)
    {
        // A fault behind the end of the call is in the log only.
        if (_isFinished)
            return;
        _isFinished = true;
        Send(new PluginFrame { Finish = finish });
        _finishing = StartPump(CallStream.BodyOf(finish));
    }

    /// <summary>Goes on, and waits for what comes of it. One that is the last gives <see langword="null"/> at once.</summary>
    /// <exception cref="OperationCanceledException">The token fired, or the gateway cancelled the call.</exception>
    protected async ValueTask<(uint Attempt, Response? Response)> ProceedAsync(Proceed proceed, CancellationToken cancellationToken)
    {
        var attempt = new TaskCompletionSource<Response>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isOver)
                throw new OperationCanceledException(_cancellation.Token);
            _attempts.Add(attempt);
            proceed.Attempt = (uint)_attempts.Count;
        }
        // Nothing that comes back, nothing to wait for; the call stays until the bodies that it announced are sent.
        proceed.IsLast = place.IsBlind;
        Send(new PluginFrame { Proceed = proceed });
        var sending = StartPump(proceed.Change?.Body);
        if (proceed.IsLast)
        {
            _isFinished = true;
            _sending = sending;
            return (proceed.Attempt, null);
        }
        var response = cancellationToken.CanBeCanceled && cancellationToken != _cancellation.Token
            ? await attempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
            : await attempt.Task.ConfigureAwait(false);
        return (proceed.Attempt, response);
    }

    /// <summary>Why an attempt that was cancelled came to nothing.</summary>
    protected GatewayError CancelledError() => _reason switch
    {
        CancelReason.Deadline => new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded),
        CancelReason.Lost => new GatewayError(GatewayErrorKind.Lost, GatewayError.ContextCanceled),
        _ => new GatewayError(GatewayErrorKind.ClientAborted, GatewayError.ContextCanceled),
    };

    /// <summary>A body that the gateway announced; <see langword="null"/> for one that is there or is none.</summary>
    protected IncomingBody? OpenIncoming(Body? body)
    {
        if (body is not { HasStreamId: true })
            return null;
        var incoming = new IncomingBody(this, body.StreamId, body.Length > 0 ? (long)body.Length : null);
        lock (_gate)
        {
            (_incoming ??= []).Add(incoming);
            if (!_isOver)
                return incoming;
        }
        incoming.Break("the call was cancelled");
        return incoming;
    }

    /// <summary>A body in chunks of this side.</summary>
    protected OutgoingBody OpenOutgoing()
    {
        lock (_gate)
        {
            _outgoing ??= [];
            var outgoing = new OutgoingBody(this, (uint)_outgoing.Count + 1, stream.Terms.InitialCredit, stream.Terms.MaxChunk);
            _outgoing.Add(outgoing);
            return outgoing;
        }
    }

    /// <summary>What stands for a body of bytes; chunks where it is too large for a message.</summary>
    protected Body BodyOf(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= Math.Min(MaxWholeBody, 1 << 20))
            return new Body { Whole = ByteString.CopyFrom(bytes.Span) };
        return BodyOf(PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(bytes)), bytes.Length);
    }

    /// <summary>What stands for a body that is read beside the call, from when the frame that announces it is sent.</summary>
    protected Body BodyOf(PipeReader reader, long? length)
    {
        var outgoing = OpenOutgoing();
        lock (_gate)
            (_announced ??= []).Add((outgoing.StreamId, reader));
        return new Body { StreamId = outgoing.StreamId, Length = (ulong)(length ?? 0) };
    }

    /// <summary>Disposes something when the call has ended and what it announced is sent.</summary>
    protected void Own(IDisposable? resource)
    {
        if (resource is not null)
            (_owned ??= []).Add(resource);
    }

    private Task? StartPump(Body? body)
    {
        if (body is not { HasStreamId: true } || _isOver)
            return null;
        lock (_gate)
        {
            var index = _announced?.FindIndex(a => a.StreamId == body.StreamId) ?? -1;
            if (index < 0)
                return null;
            var reader = _announced![index].Reader;
            _announced.RemoveAt(index);
            return _outgoing![(int)body.StreamId - 1].PumpAsync(reader, Cancelled);
        }
    }

    private async Task ExecuteAsync()
    {
        try
        {
            await RunAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_isOver)
        {
            // The gateway wanted it so.
        }
#pragma warning disable CA1031 // The edge: a fault of the plugin ends its call and nothing else.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            NoteFault(exception, "a call");
            SendFinish(new Finish { Failure = Failures.Internal($"{place.Name} failed") });
        }
        await EndAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        if (_finishing is not null)
            await _finishing.ConfigureAwait(false);
        if (_sending is not null)
            await _sending.ConfigureAwait(false);
        lock (_gate)
            _isOver = true;
        BreakBodies("the call has ended");
        // Bodies that nobody further in has read to their end.
        if (_outgoing is not null)
            Interrupt();
        foreach (var resource in _owned ?? [])
            resource.Dispose();
        stream.Remove(this);
        place.Leave();
    }

    private void Interrupt()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException exception)
        {
            place.Faults.Note(exception, "cancelling a call");
        }
        lock (_gate)
        {
            foreach (var attempt in _attempts)
                attempt.TrySetCanceled(_cancellation.Token);
        }
    }

    private void TakeResult(CallResult result)
    {
        TaskCompletionSource<Response>? attempt;
        lock (_gate)
            attempt = result.Attempt > 0 && result.Attempt <= _attempts.Count ? _attempts[(int)result.Attempt - 1] : null;
        attempt?.TrySetResult(result.Response ?? new Response());
    }

    private IncomingBody? FindIncoming(uint streamId)
    {
        lock (_gate)
            return _incoming?.Find(b => b.StreamId == streamId);
    }

    private OutgoingBody? FindOutgoing(uint streamId)
    {
        lock (_gate)
            return streamId > 0 && streamId <= _outgoing?.Count ? _outgoing[(int)streamId - 1] : null;
    }

    private void BreakBodies(string reason)
    {
        IncomingBody[] bodies;
        lock (_gate)
            bodies = _incoming is null ? [] : [.. _incoming];
        foreach (var body in bodies)
            body.Break(reason);
    }
}
