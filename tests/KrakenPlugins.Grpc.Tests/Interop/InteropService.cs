using System.Collections.Concurrent;
using System.Threading.Channels;
using KrakenPlugins.Grpc.Server;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>The test service on our server. It notes calls that ended before they were done, and requests that came compressed.</summary>
internal sealed class InteropService : IGrpcService
{
    public const string Initial = "x-grpc-test-echo-initial";
    public const string Trailing = "x-grpc-test-echo-trailing-bin";
    private const string Name = "grpc.testing.TestService";

    private readonly Channel<GrpcStatusCode> _ended = Channel.CreateUnbounded<GrpcStatusCode>();

    public static GrpcMethod<Empty, Empty> EmptyCall { get; } = new(GrpcMethodKind.Unary, Name, "EmptyCall", Empty.Marshaller, Empty.Marshaller);

    public static GrpcMethod<OutputRequest, Sized> UnaryCall { get; } = new(GrpcMethodKind.Unary, Name, "UnaryCall", OutputRequest.Simple, Sized.Marshaller);

    public static GrpcMethod<OutputRequest, Sized> StreamingOutputCall { get; } =
        new(GrpcMethodKind.ServerStreaming, Name, "StreamingOutputCall", OutputRequest.Streaming, Sized.Marshaller);

    public static GrpcMethod<Sized, Sized> StreamingInputCall { get; } = new(GrpcMethodKind.ClientStreaming, Name, "StreamingInputCall", Sized.Marshaller, Sized.Sum);

    public static GrpcMethod<OutputRequest, Sized> FullDuplexCall { get; } =
        new(GrpcMethodKind.Duplex, Name, "FullDuplexCall", OutputRequest.Streaming, Sized.Marshaller);

    public static GrpcMethod<Empty, Empty> UnimplementedCall { get; } = new(GrpcMethodKind.Unary, Name, "UnimplementedCall", Empty.Marshaller, Empty.Marshaller);

    public static GrpcMethod<Empty, Empty> UnimplementedService { get; } =
        new(GrpcMethodKind.Unary, "grpc.testing.UnimplementedService", "UnimplementedCall", Empty.Marshaller, Empty.Marshaller);

    /// <summary>Paths of calls whose messages came with gzip.</summary>
    public ConcurrentQueue<string> Compressed { get; } = new();

    /// <summary>Why calls ended that their handler had not finished.</summary>
    public ChannelReader<GrpcStatusCode> Ended => _ended.Reader;

    public void Map(GrpcServerBuilder server) => server
        .Unary(EmptyCall, static (_, _) => new(new Empty()))
        .Unary(UnaryCall, Answer)
        .ServerStreaming(StreamingOutputCall, async (request, responses, call) =>
        {
            Echo(call);
            return await SendAsync(request, responses, call);
        })
        .ClientStreaming(StreamingInputCall, CollectAsync)
        .Duplex(FullDuplexCall, ConverseAsync);

    private ValueTask<GrpcResult<Sized>> Answer(OutputRequest request, GrpcServerCall call)
    {
        Echo(call);
        if (request.Status is { Code: not 0 } status)
            return new(new GrpcStatus((GrpcStatusCode)status.Code, status.Message));
        call.CompressesResponses = request.Parts[0].Compressed;
        return new(new Sized(request.Parts[0].Size));
    }

    private async ValueTask<GrpcResult<Sized>> CollectAsync(GrpcRequestStream<Sized> requests, GrpcServerCall call)
    {
        Echo(call);
        var sum = 0;
        while (true)
        {
            var read = await requests.ReadAsync();
            if (!read.HasMessage && !read.Status.IsOk)
                _ended.Writer.TryWrite(read.Status.Code);
            if (!read.HasMessage)
                return read.Status.IsOk ? new Sized(sum) : read.Status;
            sum += read.Message.Payload;
        }
    }

    private async ValueTask<GrpcStatus> ConverseAsync(GrpcRequestStream<OutputRequest> requests, GrpcResponseStream<Sized> responses, GrpcServerCall call)
    {
        Echo(call);
        while (true)
        {
            var read = await requests.ReadAsync();
            if (!read.HasMessage && !read.Status.IsOk)
                _ended.Writer.TryWrite(read.Status.Code);
            if (!read.HasMessage)
                return read.Status;
            if (read.Message.Status is { Code: not 0 } status)
                return new GrpcStatus((GrpcStatusCode)status.Code, status.Message);
            var sent = await SendAsync(read.Message, responses, call);
            if (!sent.IsOk)
                return sent;
        }
    }

    private async ValueTask<GrpcStatus> SendAsync(OutputRequest request, GrpcResponseStream<Sized> responses, GrpcServerCall call)
    {
        // A stream says that it compresses before its first message.
        call.CompressesResponses |= request.Parts.Any(static part => part.Compressed);
        foreach (var part in request.Parts)
        {
            if (part.IntervalMicroseconds > 0)
                await Task.Delay(TimeSpan.FromMicroseconds(part.IntervalMicroseconds), call.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await responses.WriteAsync(new Sized(part.Size), part.Compressed))
                continue;
            _ended.Writer.TryWrite(call.TimeLeft == TimeSpan.Zero ? GrpcStatusCode.DeadlineExceeded : GrpcStatusCode.Cancelled);
            return new GrpcStatus(GrpcStatusCode.Cancelled, "nobody listens");
        }
        return GrpcStatus.Ok;
    }

    private void Echo(GrpcServerCall call)
    {
        if (call.HttpContext.Request.Headers["grpc-encoding"] == "gzip")
            Compressed.Enqueue(call.Path);
        foreach (var entry in call.Metadata)
        {
            if (entry.Name == Initial)
                call.ResponseHeaders.Add(Initial, entry.Text!);
            else if (entry.Name == Trailing)
                call.Trailers.Add(Trailing, entry.Bytes!);
        }
    }
}
