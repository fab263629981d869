using System.Threading.Channels;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Hosting;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Calls;

/// <summary>
/// One <c>Handle</c> stream: a reader that hands frames to their calls, and a writer that puts what is ready into one message. Calls run on the
/// thread pool, so that neither waits for code of the plugin.
/// </summary>
internal sealed class CallStream(PlaceTable places, ProcessLog log, StreamTerms terms)
{
    // What a message is filled up to; a frame that is larger alone goes alone.
    private const int FullMessage = 256 << 10;

    private readonly Channel<PluginFrame> _frames = Channel.CreateUnbounded<PluginFrame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<ulong, PluginCall> _calls = [];
    private volatile GrpcRequestStream<HandleRequest>? _requests;
    private TaskCompletionSource? _idle;
    private volatile bool _isClosed;

    /// <summary>What both sides keep to.</summary>
    public StreamTerms Terms => terms;

    /// <summary>Log of the process.</summary>
    public ProcessLog Log => log;

    /// <summary>Carries calls until the gateway ends the stream, or <see cref="CloseAsync"/>.</summary>
    public async ValueTask<GrpcStatus> RunAsync(GrpcRequestStream<HandleRequest> requests, GrpcResponseStream<HandleResponse> responses)
    {
        var writing = WriteAsync(responses);
        _requests = requests;
        // Closed before it had begun.
        if (_isClosed)
            await requests.StopAsync().ConfigureAwait(false);
        GrpcRead<HandleRequest> read;
        while ((read = await requests.ReadAsync().ConfigureAwait(false)).HasMessage)
        {
            foreach (var frame in read.Message.Frames)
                Dispatch(frame);
        }
        CancelAll();
        _frames.Writer.TryComplete();
        await writing.ConfigureAwait(false);
        return _isClosed ? GrpcStatus.Ok : read.Status;
    }

    /// <summary>Queues a frame; without effect once the stream has ended.</summary>
    public void Send(PluginFrame frame) => _frames.Writer.TryWrite(frame);

    /// <summary>Tells the gateway that the process is going to end.</summary>
    public void SendGoingAway(string reason) => Send(new PluginFrame { GoingAway = new GoingAway { Reason = reason } });

    /// <summary>Completes when no call is under way.</summary>
    public Task WhenIdle()
    {
        lock (_calls)
        {
            if (_calls.Count == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Ends the stream from this side.</summary>
    public ValueTask CloseAsync()
    {
        _isClosed = true;
        return _requests?.StopAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Forgets a call that has ended.</summary>
    public void Remove(PluginCall call)
    {
        lock (_calls)
        {
            _calls.Remove(call.Id);
            if (_calls.Count > 0)
                return;
            _idle?.TrySetResult();
            _idle = null;
        }
    }

    private void Dispatch(GatewayFrame frame)
    {
        if (frame.FrameCase == GatewayFrame.FrameOneofCase.Start)
        {
            Start(frame.CallId, frame.Start);
            return;
        }
        PluginCall? call;
        lock (_calls)
            _calls.TryGetValue(frame.CallId, out call);
        // One that crossed the end of its call.
        call?.Receive(frame);
    }

    private void Start(ulong id, CallStart start)
    {
        if (!places.TryEnter(start.PlaceId, out var place))
        {
            Send(new PluginFrame { CallId = id, Finish = new Finish { Failure = Failures.Internal($"the plugin knows no place {start.PlaceId}") } });
            return;
        }
        var call = place.NewCall(this, id, start);
        bool isFirst;
        lock (_calls)
            isFirst = _calls.Count < terms.MaxConcurrentCalls && _calls.TryAdd(id, call);
        if (isFirst)
        {
            ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
            return;
        }
        place.Leave();
        Send(new PluginFrame { CallId = id, Finish = new Finish { Failure = Failures.Overloaded(terms.MaxConcurrentCalls) } });
    }

    private void CancelAll()
    {
        PluginCall[] calls;
        lock (_calls)
            calls = [.. _calls.Values];
        foreach (var call in calls)
            call.Cancel(CancelReason.Shutdown);
    }

    private async Task WriteAsync(GrpcResponseStream<HandleResponse> responses)
    {
        var frames = _frames.Reader;
        var message = new HandleResponse();
        while (await frames.WaitToReadAsync().ConfigureAwait(false))
        {
            var size = 0;
            while (size < FullMessage && frames.TryPeek(out var next) && (size == 0 || size + WeightOf(next) <= FullMessage) && frames.TryRead(out var frame))
            {
                message.Frames.Add(frame);
                size += WeightOf(frame);
            }
            if (!await responses.WriteAsync(message).ConfigureAwait(false))
            {
                _frames.Writer.TryComplete();
                while (frames.TryRead(out _))
                {
                    // Nobody reads them any more.
                }
                return;
            }
            message.Frames.Clear();
        }
    }

    // Bodies are what makes frames large; the rest is estimated.
    private static int WeightOf(PluginFrame frame) => 512 + frame.FrameCase switch
    {
        PluginFrame.FrameOneofCase.Chunk => frame.Chunk.Data.Length,
        PluginFrame.FrameOneofCase.Proceed => frame.Proceed.Change?.Body?.Whole.Length ?? 0,
        PluginFrame.FrameOneofCase.Finish => BodyOf(frame.Finish)?.Whole.Length ?? 0,
        _ => 0,
    };

    /// <summary>The body that the end of a call announces or holds.</summary>
    public static Body? BodyOf(Finish finish) => finish.OutcomeCase switch
    {
        Finish.OutcomeOneofCase.Response => finish.Response.Body,
        Finish.OutcomeOneofCase.Change => finish.Change.Body,
        Finish.OutcomeOneofCase.Request => finish.Request.Body,
        _ => null,
    };
}

/// <summary>The limits of a stream, the smaller numbers of both sides.</summary>
/// <param name="MaxChunk">Bytes of data in one chunk.</param>
/// <param name="InitialCredit">Bytes of a body that go out before the first credit.</param>
/// <param name="MaxConcurrentCalls">Calls at once on one stream.</param>
/// <param name="MaxWholeBody">Bytes of a body that is handed over as a whole.</param>
internal sealed record StreamTerms(int MaxChunk, int InitialCredit, int MaxConcurrentCalls, int MaxWholeBody)
{
    /// <summary>Bytes of one message.</summary>
    public const int MaxMessage = 16 << 20;

    /// <summary>What this side accepts.</summary>
    public static StreamTerms Own { get; } = new(64 << 10, 256 << 10, 1_000, 8 << 20);

    /// <summary>What holds with a peer that keeps to these limits.</summary>
    public StreamTerms With(StreamLimits? limits) => limits is null
        ? this
        : new StreamTerms(
            Smaller(MaxChunk, limits.MaxChunkBytes), Smaller(InitialCredit, limits.InitialCreditBytes),
            Smaller(MaxConcurrentCalls, limits.MaxConcurrentCalls), Smaller(MaxWholeBody, limits.MaxWholeBodyBytes));

    /// <summary>As this side announces them.</summary>
    public StreamLimits ToMessage() => new()
    {
        MaxMessageBytes = MaxMessage,
        MaxChunkBytes = (uint)MaxChunk,
        InitialCreditBytes = (uint)InitialCredit,
        MaxConcurrentCalls = (uint)MaxConcurrentCalls,
        MaxWholeBodyBytes = (uint)MaxWholeBody,
    };

    private static int Smaller(int own, uint others) => others == 0 ? own : (int)Math.Min((uint)own, others);
}
