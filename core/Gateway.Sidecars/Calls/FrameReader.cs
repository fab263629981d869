using System.Buffers;
using Google.Protobuf;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Wire;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// Reads what the sidecar sends, for as long as the stream lives. Of the calls that a message wakes the last goes on right here, once the next read is
/// under way and will find a thread of its own: nothing that a call does can hold the stream up, and a single call pays for no hop between threads.
/// </summary>
internal sealed class FrameReader
{
    private readonly GrpcClientCall<FrameBatch, ReadOnlySequence<byte>> _call;
    private readonly CallStream _stream;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _resume;
    private ValueTask<GrpcRead<ReadOnlySequence<byte>>> _read;

    // Written while a message is dispatched, by the one thread that does.
    private LinkedCall? _woken;
    private long _messages;

    public FrameReader(GrpcClientCall<FrameBatch, ReadOnlySequence<byte>> call, CallStream stream) => (_call, _stream, _resume) = (call, stream, Resume);

    /// <summary>Completes when nothing is read any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Messages so far.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Begins.</summary>
    public void Start()
    {
        var isSuppressed = ExecutionContext.IsFlowSuppressed();
        if (!isSuppressed)
            ExecutionContext.SuppressFlow();
        try
        {
            Read();
        }
        finally
        {
            if (!isSuppressed)
                ExecutionContext.RestoreFlow();
        }
    }

    private void Resume()
    {
        if (Dispatch(_read))
            Read();
    }

    // Until there is nothing to read for the moment.
    private void Read()
    {
        while (true)
        {
            var read = _call.ReadAsync();
            if (!read.IsCompleted)
            {
                var woken = _woken;
                _woken = null;
                _read = read;
                // From here on another thread may be in this method.
                read.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_resume);
                woken?.Execute();
                return;
            }
            if (!Dispatch(read))
                return;
        }
    }

    private bool Dispatch(ValueTask<GrpcRead<ReadOnlySequence<byte>>> read)
    {
        Volatile.Write(ref _messages, _messages + 1);
        string? end;
        try
        {
            var message = read.GetAwaiter().GetResult();
            end = message.HasMessage ? Dispatch(message.Message) : EndOf(message.Status);
        }
        catch (ObjectDisposedException)
        {
            end = "was closed";
        }
        if (end is null)
            return true;
        Wake(null);
        _stream.Break(end);
        _ended.SetResult();
        return false;
    }

    private static string EndOf(GrpcStatus status) => status.IsOk ? "ended the stream of calls" : $"broke the stream of calls: {status}";

    // What is wrong with the message, or null.
    private string? Dispatch(in ReadOnlySequence<byte> message)
    {
        if (message.IsSingleSegment)
            return Dispatch(message.FirstSpan);
        var length = (int)message.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        message.CopyTo(buffer);
        var fault = Dispatch(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        return fault;
    }

    private string? Dispatch(ReadOnlySpan<byte> message)
    {
        var fields = new WireReader(message);
        try
        {
            while (fields.Next())
            {
                if (fields.Field != HandleResponse.FramesFieldNumber)
                    fields.Skip();
                else if (Take(fields.Bytes()) is { } fault)
                    return fault;
            }
        }
        catch (InvalidProtocolBufferException exception)
        {
            return $"sent a frame that cannot be read: {exception.Message}";
        }
        return fields.IsBroken ? "sent a message that cannot be read" : null;
    }

    private string? Take(ReadOnlySpan<byte> frame)
    {
        var (id, kind) = (0UL, 0);
        ReadOnlySpan<byte> payload = default;
        var fields = new WireReader(frame);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case PluginFrames.CallId:
                    id = fields.Number();
                    break;
                case >= PluginFrames.Proceed and <= PluginFrames.GoingAway:
                    kind = fields.Field;
                    payload = fields.Bytes();
                    break;
                default:
                    fields.Skip();
                    break;
            }
        }
        if (fields.IsBroken)
            return "sent a frame that cannot be read";
        if (id == 0 && kind == PluginFrames.GoingAway)
            _stream.GoAway(GoingAway.Parser.ParseFrom(payload).Reason);
        else if (_stream.Table.Find(id) is not { } call || kind == PluginFrames.GoingAway)
            _stream.Lost.Add();
        else
            return Deliver(call, kind, payload);
        return null;
    }

    // A fault of the stream; what is one of the call ends that alone.
    private string? Deliver(LinkedCall call, int kind, ReadOnlySpan<byte> payload)
    {
        var wakes = false;
        string? fault = null;
        switch (kind)
        {
            case PluginFrames.Proceed:
                fault = call.On(Proceed.Parser.ParseFrom(payload), payload.Length, ref wakes);
                break;
            case PluginFrames.Finish:
                fault = call.On(Finish.Parser.ParseFrom(payload), payload.Length, ref wakes);
                break;
            case PluginFrames.Chunk when !TryChunk(call, payload, out fault):
                return "sent a chunk that cannot be read";
            case PluginFrames.Credit when !TryCredit(call, payload, out fault):
                return "sent credit that cannot be read";
        }
        if (fault is not null)
            CallStream.Violated(call, fault);
        else if (wakes)
            Wake(call);
        return null;
    }

    private static bool TryChunk(LinkedCall call, ReadOnlySpan<byte> payload, out string? fault)
    {
        var (streamId, isLast, isBroken) = (0u, false, false);
        ReadOnlySpan<byte> data = default;
        var fields = new WireReader(payload);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case BodyChunk.StreamIdFieldNumber:
                    streamId = (uint)fields.Number();
                    break;
                case BodyChunk.DataFieldNumber:
                    data = fields.Bytes();
                    break;
                case BodyChunk.IsLastFieldNumber:
                    isLast = fields.Bool();
                    break;
                case BodyChunk.IsBrokenFieldNumber:
                    isBroken = fields.Bool();
                    break;
                default:
                    fields.Skip();
                    break;
            }
        }
        fault = fields.IsBroken ? null : call.OnChunk(streamId, data, isLast, isBroken);
        return !fields.IsBroken;
    }

    private static bool TryCredit(LinkedCall call, ReadOnlySpan<byte> payload, out string? fault)
    {
        var (streamId, bytes) = (0u, 0u);
        var fields = new WireReader(payload);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case Credit.StreamIdFieldNumber:
                    streamId = (uint)fields.Number();
                    break;
                case Credit.BytesFieldNumber:
                    bytes = (uint)fields.Number();
                    break;
                default:
                    fields.Skip();
                    break;
            }
        }
        fault = fields.IsBroken ? null : call.OnCredit(streamId, bytes);
        return !fields.IsBroken;
    }

    // The one before goes to the pool.
    private void Wake(LinkedCall? call)
    {
        if (_woken is { } earlier)
            ThreadPool.UnsafeQueueUserWorkItem(earlier, preferLocal: false);
        _woken = call;
    }
}
