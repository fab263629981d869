using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Tests.Testing;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>The cases of the interoperability test descriptions with our client.</summary>
internal static class InteropClient
{
    public const string SpecialMessage = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";

    private static readonly int[] s_sizes = [31415, 9, 2653, 58979];
    private static readonly int[] s_sent = [27182, 8, 1828, 45904];

    public static IReadOnlyDictionary<string, Func<GrpcChannel, Task>> Cases { get; } = new Dictionary<string, Func<GrpcChannel, Task>>
    {
        ["empty_unary"] = EmptyUnary,
        ["large_unary"] = channel => LargeUnary(channel, compress: false),
        ["compressed_unary"] = channel => LargeUnary(channel, compress: true),
        ["client_streaming"] = ClientStreaming,
        ["server_streaming"] = ServerStreaming,
        ["ping_pong"] = channel => PingPong(channel, compress: false),
        ["compressed_streaming"] = channel => PingPong(channel, compress: true),
        ["empty_stream"] = EmptyStream,
        ["cancel_after_begin"] = CancelAfterBegin,
        ["cancel_after_first_response"] = CancelAfterFirstResponse,
        ["timeout_on_sleeping_server"] = TimeoutOnSleepingServer,
        ["status_code_and_message"] = StatusCodeAndMessage,
        ["special_status_message"] = SpecialStatusMessage,
        ["custom_metadata"] = CustomMetadata,
        ["unimplemented_method"] = channel => Unimplemented(channel, InteropService.UnimplementedCall),
        ["unimplemented_service"] = channel => Unimplemented(channel, InteropService.UnimplementedService),
    };

    private static async Task EmptyUnary(GrpcChannel channel) =>
        Assert.NotNull((await channel.CallAsync(InteropService.EmptyCall, new Empty())).Require());

    private static async Task LargeUnary(GrpcChannel channel, bool compress)
    {
        var reply = await channel.CallAsync(InteropService.UnaryCall, new OutputRequest(271828, new Part(314159, 0, compress)), new GrpcCallOptions { Compress = compress });

        Assert.Equal(314159, reply.Require().Payload);
    }

    private static async Task ClientStreaming(GrpcChannel channel)
    {
        await using var call = channel.Open(InteropService.StreamingInputCall);
        foreach (var size in s_sent)
            Assert.True(await call.WriteAsync(new Sized(size)));
        call.Complete();

        var read = await call.ReadAsync();

        Assert.Equal(74922, read.Message?.Payload);
        Assert.Equal(GrpcStatus.Ok, call.Status);
    }

    private static async Task ServerStreaming(GrpcChannel channel)
    {
        await using var call = channel.Stream(InteropService.StreamingOutputCall, new OutputRequest(0, [.. s_sizes.Select(static size => new Part(size))]));
        foreach (var size in s_sizes)
            Assert.Equal(size, (await call.ReadAsync()).Message?.Payload);

        Assert.Equal(GrpcStatus.Ok, await EndAsync(call));
    }

    private static async Task PingPong(GrpcChannel channel, bool compress)
    {
        await using var call = channel.Open(InteropService.FullDuplexCall, new GrpcCallOptions { Compress = compress });
        foreach (var (size, sent) in s_sizes.Zip(s_sent))
        {
            Assert.True(await call.WriteAsync(new OutputRequest(sent, new Part(size, 0, compress))));
            Assert.Equal(size, (await call.ReadAsync()).Message?.Payload);
        }
        call.Complete();

        Assert.Equal(GrpcStatus.Ok, await EndAsync(call));
    }

    private static async Task EmptyStream(GrpcChannel channel)
    {
        await using var call = channel.Open(InteropService.FullDuplexCall);
        call.Complete();

        Assert.Equal(GrpcStatus.Ok, await EndAsync(call));
    }

    private static async Task CancelAfterBegin(GrpcChannel channel)
    {
        await using var call = channel.Open(InteropService.StreamingInputCall);
        call.Cancel();

        Assert.Equal(GrpcStatusCode.Cancelled, (await EndAsync(call)).Code);
    }

    private static async Task CancelAfterFirstResponse(GrpcChannel channel)
    {
        await using var call = channel.Open(InteropService.FullDuplexCall);
        Assert.True(await call.WriteAsync(new OutputRequest(27182, new Part(31415))));
        Assert.Equal(31415, (await call.ReadAsync()).Message?.Payload);
        call.Cancel();

        Assert.Equal(GrpcStatusCode.Cancelled, (await EndAsync(call)).Code);
        Assert.False(await call.WriteAsync(new OutputRequest(1)));
    }

    private static async Task TimeoutOnSleepingServer(GrpcChannel channel)
    {
        await using var call = channel.Open(InteropService.FullDuplexCall, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(50) });
        await call.WriteAsync(new OutputRequest(27182, new Part(31415, 30_000_000)));

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await EndAsync(call)).Code);
    }

    private static async Task StatusCodeAndMessage(GrpcChannel channel)
    {
        var request = new OutputRequest(0, new Part(0)) { Status = new EchoStatus(2, "test status message") };
        var reply = await channel.CallAsync(InteropService.UnaryCall, request);
        Assert.Equal(new GrpcStatus(GrpcStatusCode.Unknown, "test status message"), reply.Status);
        await using var call = channel.Open(InteropService.FullDuplexCall);
        Assert.True(await call.WriteAsync(request with { Parts = [] }));
        call.Complete();

        Assert.Equal(new GrpcStatus(GrpcStatusCode.Unknown, "test status message"), await EndAsync(call));
    }

    private static async Task SpecialStatusMessage(GrpcChannel channel)
    {
        var reply = await channel.CallAsync(InteropService.UnaryCall, new OutputRequest(0, new Part(0)) { Status = new EchoStatus(2, SpecialMessage) });

        Assert.Equal(new GrpcStatus(GrpcStatusCode.Unknown, SpecialMessage), reply.Status);
    }

    private static async Task CustomMetadata(GrpcChannel channel)
    {
        var options = new GrpcCallOptions
        {
            Metadata = new GrpcMetadata().Add(InteropService.Initial, "test_initial_metadata_value").Add(InteropService.Trailing, [0xab, 0xab, 0xab]),
        };
        var reply = await channel.CallAsync(InteropService.UnaryCall, new OutputRequest(271828, new Part(314159)), options);
        Assert.Equal(314159, reply.Require().Payload);
        Assert.Equal("test_initial_metadata_value", reply.Headers.Text(InteropService.Initial));
        Assert.Equal([0xab, 0xab, 0xab], reply.Trailers.Bytes(InteropService.Trailing));
        await using var call = channel.Open(InteropService.FullDuplexCall, options);
        Assert.True(await call.WriteAsync(new OutputRequest(271828, new Part(314159))));
        Assert.Equal("test_initial_metadata_value", (await call.ReadHeadersAsync()).Text(InteropService.Initial));
        Assert.True((await call.ReadAsync()).HasMessage);
        call.Complete();

        Assert.Equal(GrpcStatus.Ok, await EndAsync(call));
        Assert.Equal([0xab, 0xab, 0xab], call.Trailers.Bytes(InteropService.Trailing));
    }

    private static async Task Unimplemented(GrpcChannel channel, GrpcMethod<Empty, Empty> method)
    {
        var reply = await channel.CallAsync(method, new Empty());

        Assert.Equal(GrpcStatusCode.Unimplemented, reply.Status.Code);
    }

    private static async Task<GrpcStatus> EndAsync<TRequest, TResponse>(GrpcClientCall<TRequest, TResponse> call)
    {
        var read = await call.ReadAsync().InTime();
        Assert.False(read.HasMessage);
        return read.Status;
    }
}
