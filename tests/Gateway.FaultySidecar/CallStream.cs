using System.Collections.Concurrent;
using System.Threading.Channels;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Plugin.V1;

namespace Gateway.FaultySidecar;

/// <summary>One stream of calls: takes frames apart, and sends what the calls have to say.</summary>
internal sealed class CallStream(GrpcRequestStream<HandleRequest> requests, GrpcResponseStream<HandleResponse> responses, Surroundings surroundings)
{
    private const int MostFrames = 256;
    private const int MostBytes = 1 << 20;

    private readonly Channel<PluginFrame> _outgoing = Channel.CreateUnbounded<PluginFrame>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, FaultyCall> _calls = [];

    public Surroundings Surroundings => surroundings;

    /// <summary>Serves it to its end.</summary>
    public async ValueTask<GrpcStatus> RunAsync()
    {
        var writing = WriteAsync();
        while (await requests.ReadAsync() is { HasMessage: true } read)
        {
            foreach (var frame in read.Message.Frames)
                Take(frame);
        }
        foreach (var id in _calls.Keys)
            End(id);
        _outgoing.Writer.TryComplete();
        await writing;
        return GrpcStatus.Ok;
    }

    /// <summary>Sends a frame.</summary>
    public void Send(PluginFrame frame) => _outgoing.Writer.TryWrite(frame);

    private void Take(GatewayFrame frame)
    {
        if (frame.FrameCase == GatewayFrame.FrameOneofCase.Start)
        {
            surroundings.Running.Begin();
            var call = _calls[frame.CallId] = new FaultyCall(frame.CallId, frame.Start, this);
            call.Begin();
            return;
        }
        if (!_calls.TryGetValue(frame.CallId, out var running))
            return;
        switch (frame.FrameCase)
        {
            case GatewayFrame.FrameOneofCase.Result: running.Take(frame.Result); break;
            case GatewayFrame.FrameOneofCase.Cancel: running.Cancel(); break;
        }
    }

    /// <summary>Forgets a call.</summary>
    public void End(ulong id)
    {
        if (_calls.TryRemove(id, out _))
            surroundings.Running.End();
    }

    private async Task WriteAsync()
    {
        while (await _outgoing.Reader.WaitToReadAsync())
        {
            var message = new HandleResponse();
            for (var bytes = 0; message.Frames.Count < MostFrames && bytes < MostBytes && _outgoing.Reader.TryRead(out var frame); bytes += frame.CalculateSize())
                message.Frames.Add(frame);
            if (!await responses.WriteAsync(message))
                return;
        }
    }
}
