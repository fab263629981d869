using System.Buffers;
using System.Text;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Tests.Interop;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests;

/// <summary>A server that knows no method and hands every call on as bytes.</summary>
public sealed class ForwardingTests : IAsyncLifetime
{
    private readonly InteropService _service = new();
    private GrpcHost _upstream = null!;
    private GrpcHost _proxy = null!;
    private GrpcChannel _channel = null!;

    public static TheoryData<string> Cases() => [.. InteropClient.Cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    [Spec("GRP-071")]
    public async Task Calls_of_every_kind_pass_a_server_that_knows_none_of_their_messages(string name)
    {
        using var channel = _proxy.Channel();

        await InteropClient.Cases[name](channel).InTime();
    }

    [Fact]
    [Spec("GRP-070")]
    public async Task Pooled_bytes_belong_to_whoever_reads_them()
    {
        var echo = new GrpcMethod<PooledPayload, PooledPayload>(GrpcMethodKind.Unary, "test.Raw", "Echo", RawMarshaller.Pooled, RawMarshaller.Pooled);
        var lent = new GrpcMethod<ReadOnlySequence<byte>, ReadOnlySequence<byte>>(GrpcMethodKind.Unary, "test.Raw", "Echo", RawMarshaller.Lent, RawMarshaller.Lent);
        await using var host = await GrpcHost.StartAsync(new GrpcServerBuilder().Unary(lent, static (bytes, _) => new(bytes)).Build());
        using var channel = host.Channel();
        using var request = PooledPayload.Copy(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(new string('r', 100_000))));

        var answer = (await channel.CallAsync(echo, request).InTime()).Require();

        Assert.True(answer.Memory.Span.SequenceEqual(request.Memory.Span));
        answer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => answer.Memory);
    }

    public async Task InitializeAsync()
    {
        _upstream = await GrpcHost.StartAsync(new GrpcServerBuilder().Add(_service).Build());
        _channel = _upstream.Channel();
        _proxy = await GrpcHost.StartAsync(new GrpcServerBuilder().Fallback(ForwardAsync).Build());
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _proxy.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private async ValueTask<GrpcStatus> ForwardAsync(GrpcRequestStream<ReadOnlySequence<byte>> requests, GrpcResponseStream<ReadOnlySequence<byte>> responses, GrpcServerCall call)
    {
        if (!GrpcMethod.IsPath(call.Path))
            return new GrpcStatus(GrpcStatusCode.Unimplemented, "no such method");
        var slash = call.Path.LastIndexOf('/');
        var method = new GrpcMethod<ReadOnlySequence<byte>, ReadOnlySequence<byte>>(
            GrpcMethodKind.Duplex, call.Path[1..slash], call.Path[(slash + 1)..], RawMarshaller.Lent, RawMarshaller.Lent);
        await using var next = _channel.Open(method, new GrpcCallOptions { Metadata = call.Metadata, Timeout = call.TimeLeft, Cancellation = call.Ended });
        var sending = SendAsync(requests, next);
        var status = await ReceiveAsync(responses, next, call);
        await requests.StopAsync();
        await sending;
        return status;
    }

    private static async Task<GrpcStatus> ReceiveAsync(
        GrpcResponseStream<ReadOnlySequence<byte>> responses, GrpcClientCall<ReadOnlySequence<byte>, ReadOnlySequence<byte>> next, GrpcServerCall call)
    {
        call.ResponseHeaders.AddRange(await next.ReadHeadersAsync());
        while (true)
        {
            var read = await next.ReadAsync();
            if (!read.HasMessage)
            {
                call.Trailers.AddRange(next.Trailers);
                return read.Status;
            }
            if (!await responses.WriteAsync(read.Message))
                return GrpcStatus.Ok;
        }
    }

    private static async Task SendAsync(GrpcRequestStream<ReadOnlySequence<byte>> requests, GrpcClientCall<ReadOnlySequence<byte>, ReadOnlySequence<byte>> next)
    {
        var read = await requests.ReadAsync();
        for (; read.HasMessage; read = await requests.ReadAsync())
        {
            if (!await next.WriteAsync(read.Message))
                return;
        }
        if (read.Status.IsOk)
            next.Complete();
    }
}
