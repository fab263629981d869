using System.Buffers;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Calls;

/// <summary>The stream that carries all calls to a sidecar: one writer, one reader, the calls between them, and a look now and then for those that are late.</summary>
internal sealed partial class CallStream : ISidecarCalls, IAsyncDisposable
{
    private readonly GrpcClientCall<FrameBatch, ReadOnlySequence<byte>> _call;
    private readonly CallStreamSettings _settings;
    private readonly FrameReader _reader;
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string> _goingAway;
    private readonly ITimer _sweeper;
    private int _isSweeping;

    /// <summary>Takes calls from now on.</summary>
    /// <param name="call">The stream.</param>
    /// <param name="limits">What both sides agreed on.</param>
    /// <param name="settings">What the gateway keeps to.</param>
    /// <param name="goingAway">Called once when the sidecar says that it is going to end, with its reason.</param>
    public CallStream(GrpcClientCall<FrameBatch, ReadOnlySequence<byte>> call, CallLimits limits, CallStreamSettings settings, Action<string> goingAway)
    {
        (_call, Limits, _settings, _goingAway) = (call, limits, settings, goingAway);
        Late = new(LossReason.Late, $"the sidecar owed an answer for {settings.CallTimeout.TotalSeconds:0.###} s");
        Lost = new LostFrames(settings.Name, settings.Time, settings.Logger);
        Writer = new FrameWriter(call, limits, settings.QueueBytes, settings.MostQueueBytes, () => Table!.Admit());
        Table = new CallTable(limits.MaxCalls, settings.MaxWaitingCalls, Writer);
        _reader = new FrameReader(call, this);
        _sweeper = settings.Time.CreateTimer(static stream => ((CallStream)stream!).Sweep(), this, settings.SweepPause, settings.SweepPause);
        _reader.Start();
    }

    /// <summary>What both sides agreed on.</summary>
    public CallLimits Limits { get; }

    /// <summary>Its calls.</summary>
    public CallTable Table { get; }

    /// <summary>Where frames go.</summary>
    public FrameWriter Writer { get; }

    /// <summary>Frames without a call.</summary>
    public LostFrames Lost { get; }

    /// <summary>What becomes of a call that the sidecar does not answer.</summary>
    public CallLoss Late { get; }

    /// <summary>Bytes of a payload that fits into a message.</summary>
    public int MaxPayload => Limits.MaxMessage - EncodedFrame.Room;

    /// <summary>The clock.</summary>
    public long Now => _settings.Time.GetTimestamp();

    /// <summary>Messages that the sidecar has sent.</summary>
    public long Heard => _reader.Messages;

    /// <summary>Completes when no call can go over it any more, with the reason.</summary>
    public Task<string> Broken => _broken.Task;

    /// <inheritdoc/>
    public SidecarCall NewCall() => new LinkedCall(this);

    /// <summary>Sends a frame whose room was taken.</summary>
    public void Send(EncodedFrame frame, int weight, ulong callId, int field)
    {
        frame.Address(callId, field);
        if (Writer.Append(frame, weight))
            Writer.Drain();
    }

    /// <summary>Sends a frame of two numbers, whatever waits.</summary>
    public void SendControl(ulong callId, int field, uint first, uint second)
    {
        var weight = EncodedFrame.WeightOf(0);
        Writer.Reserve(weight);
        Send(EncodedFrame.OfNumbers(first, second), weight, callId, field);
    }

    /// <summary>Says that there is no body, or no more of it.</summary>
    public void SendBroken(ulong callId, uint streamId)
    {
        var weight = EncodedFrame.WeightOf(EncodedFrame.ChunkRoom);
        Writer.Reserve(weight);
        Send(EncodedFrame.OfChunk(EncodedFrame.RentChunk(0), streamId, 0, isLast: false, isBroken: true), weight, callId, GatewayFrames.Chunk);
    }

    /// <summary>The sidecar broke the protocol in a call.</summary>
    public static void Violated(LinkedCall call, string fault) =>
        call.Lose(new(LossReason.Protocol, $"the sidecar broke the protocol: {fault}"), CancelReason.ProtocolError);

    /// <summary>Begins no more calls; those under way go on.</summary>
    /// <param name="reason">Why, as the end of "the sidecar …".</param>
    /// <returns>Whether that is news.</returns>
    public bool Close(string reason) => Table.Close(new(LossReason.Gone, $"the sidecar {reason}"), isBroken: false);

    /// <summary>The sidecar is going to end.</summary>
    public void GoAway(string reason)
    {
        if (Close("is going to end"))
            _goingAway(reason);
    }

    /// <summary>The stream has ended: every call is lost at once.</summary>
    public void Break(string reason)
    {
        var loss = new CallLoss(LossReason.Gone, $"the sidecar {reason}");
        if (!Table.Close(loss, isBroken: true))
            return;
        Writer.Close();
        foreach (ref readonly var call in Table.Places)
            call?.Lose(loss, null);
        _broken.TrySetResult(reason);
    }

    /// <summary>A body broke off while it was being read for the sidecar.</summary>
    public void NoteBrokenSource(Exception fault) => Log.BrokenSource(_settings.Logger, fault, _settings.Name);

    /// <summary>Says that nothing more will be sent, and waits for the sidecar to say so too.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await Table.IdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        _call.Complete();
        await Broken.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Break("is not used any more");
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await _call.DisposeAsync().ConfigureAwait(false);
        await _reader.Ended.ConfigureAwait(false);
    }

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) != 0)
            return;
        var now = Now;
        var since = now - (long)(_settings.CallTimeout.TotalSeconds * _settings.Time.TimestampFrequency);
        if (Table.Open > 0)
        {
            foreach (ref readonly var call in Table.Places)
                call?.Expire(now, since);
        }
        Table.Expire(since, new(LossReason.Overloaded, $"no place among {Limits.MaxCalls} calls within {_settings.CallTimeout.TotalSeconds:0.###} s"));
        Lost.Tell();
        Volatile.Write(ref _isSweeping, 0);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[PLUGIN: {Plugin}] a body broke off while the sidecar was reading it")]
        public static partial void BrokenSource(ILogger logger, Exception fault, string plugin);
    }
}
