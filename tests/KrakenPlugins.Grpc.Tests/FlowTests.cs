using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests;

public sealed class FlowTests
{
    private static readonly string s_block = new('x', 32 * 1024);

    [Fact]
    [Spec("GRP-060")]
    public async Task A_client_that_does_not_read_stops_the_server()
    {
        var written = 0;
        await using var host = await ServeAsync(builder => builder.ServerStreaming(Texts.Spread, async (_, responses, _) =>
        {
            while (await responses.WriteAsync(s_block))
                Interlocked.Increment(ref written);
            return GrpcStatus.Ok;
        }));
        using var channel = host.Channel();
        await using var call = channel.Stream(Texts.Spread, "go");

        var stopped = await SettledAsync(() => Volatile.Read(ref written));
        for (var i = 0; i < 40; i++)
            Assert.True((await call.ReadAsync().InTime()).HasMessage);
        var later = await SettledAsync(() => Volatile.Read(ref written));

        // Windows and buffers of both sides: less than 2 MiB. A window grows while it is read from, to 16 MiB at most.
        Assert.InRange(stopped, 1, 64);
        Assert.InRange(later, stopped + 1, stopped + 40 + 512);
    }

    [Fact]
    [Spec("GRP-060")]
    public async Task A_server_that_does_not_read_stops_the_client()
    {
        var go = new TaskCompletionSource();
        await using var host = await ServeAsync(builder => builder.ClientStreaming(Texts.Gather, async (requests, _) =>
        {
            await go.Task;
            var count = 0;
            while ((await requests.ReadAsync()).HasMessage)
                count++;
            return count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }));
        using var channel = host.Channel();
        await using var call = channel.Open(Texts.Gather);
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (; written < 200; Interlocked.Increment(ref written))
                Assert.True(await call.WriteAsync(s_block));
            call.Complete();
        });

        var stopped = await SettledAsync(() => Volatile.Read(ref written));
        go.SetResult();
        var read = await call.ReadAsync().InTime();

        Assert.InRange(stopped, 1, 64);
        Assert.Equal("200", read.Message);
        await writing.InTime();
    }

    [Fact]
    [Spec("GRP-060")]
    public async Task A_stopped_stream_does_not_stop_the_others()
    {
        await using var host = await ServeAsync(builder => builder
            .Unary(Texts.Unary, static (text, _) => new(text))
            .ServerStreaming(Texts.Spread, static async (_, responses, _) =>
            {
                while (await responses.WriteAsync(s_block))
                {
                }
                return GrpcStatus.Ok;
            }));
        using var channel = host.Channel(static options => options with { AllowsManyConnections = false });
        await using var call = channel.Stream(Texts.Spread, "go");
        Assert.True((await call.ReadAsync().InTime()).HasMessage);

        for (var i = 0; i < 50; i++)
            Assert.Equal("a", (await channel.CallAsync(Texts.Unary, "a").InTime()).Require());
    }

    [Fact]
    [Spec("GRP-061")]
    public async Task More_calls_than_the_server_takes_are_refused()
    {
        var go = new TaskCompletionSource();
        var server = new GrpcServerBuilder().Unary(Texts.Unary, async (text, _) =>
        {
            await go.Task;
            return text;
        }).Build(new GrpcServerOptions { MaxConcurrentCalls = 2 });
        await using var host = await GrpcHost.StartAsync(server);
        using var channel = host.Channel();
        Task<GrpcReply<string>>[] two = [channel.CallAsync(Texts.Unary, "a").AsTask(), channel.CallAsync(Texts.Unary, "b").AsTask()];
        while (server.RunningCalls < 2)
            await Task.Yield();

        var third = await channel.CallAsync(Texts.Unary, "c").InTime();
        go.SetResult();
        await Task.WhenAll(two).InTime();
        var fourth = await channel.CallAsync(Texts.Unary, "d").InTime();

        Assert.Equal(GrpcStatus.Exhausted("the server has as many calls as it takes"), third.Status);
        Assert.Equal("d", fourth.Require());
    }

    [Fact]
    [Spec("GRP-062")]
    public async Task Calls_beyond_the_streams_of_a_connection_wait_for_one()
    {
        var most = 0;
        var now = 0;
        var server = new GrpcServerBuilder().Unary(Texts.Unary, async (text, _) =>
        {
            var running = Interlocked.Increment(ref now);
            lock (Texts.Unary)
                most = Math.Max(most, running);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return text;
        }).Build(new GrpcServerOptions { MaxStreamsPerConnection = 3 });
        await using var host = await GrpcHost.StartAsync(server);
        using var channel = host.Channel(static options => options with { AllowsManyConnections = false });

        // The first one lets the client know the server's settings.
        (await channel.CallAsync(Texts.Unary, "a").InTime()).Require();
        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => channel.CallAsync(Texts.Unary, "a").AsTask())).InTime();

        Assert.All(replies, static reply => Assert.Equal("a", reply.Require()));
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    [Spec("GRP-034")]
    public async Task The_server_limits_the_time_of_calls_that_name_none()
    {
        var time = new TurnedTime();
        var started = new TaskCompletionSource<TimeSpan?>();
        var server = new GrpcServerBuilder().Unary(Texts.Unary, async (text, call) =>
        {
            call.ResponseHeaders.Add("x-early", "kept");
            started.SetResult(call.TimeLeft);
            await Task.Delay(Timeout.Infinite, call.Ended);
            return text;
        }).Build(new GrpcServerOptions { MaxCallTime = TimeSpan.FromHours(1), Time = time });
        await using var host = await GrpcHost.StartAsync(server);
        using var channel = host.Channel();

        var reply = channel.CallAsync(Texts.Unary, "a").AsTask();
        Assert.InRange((await started.Task.InTime())!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.True(time.Turn(TimeSpan.FromHours(1)));

        Assert.Equal(new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "the deadline passed"), (await reply.InTime()).Status);
        Assert.Equal("kept", (await reply).Headers.Text("x-early"));
    }

    [Fact]
    [Spec("GRP-031")]
    public async Task The_deadline_of_the_client_counts_where_it_is_the_shorter_one()
    {
        var left = new TaskCompletionSource<TimeSpan?>();
        var server = new GrpcServerBuilder().Unary(Texts.Unary, (text, call) =>
        {
            left.SetResult(call.TimeLeft);
            return new(text);
        }).Build(new GrpcServerOptions { MaxCallTime = TimeSpan.FromHours(1) });
        await using var host = await GrpcHost.StartAsync(server);
        using var channel = host.Channel();

        (await channel.CallAsync(Texts.Unary, "a", new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(30) }).InTime()).Require();

        Assert.InRange((await left.Task.InTime())!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    [Spec("GRP-063")]
    public async Task A_peer_that_answers_no_ping_is_given_up()
    {
        // Accepts and says nothing but the settings of HTTP/2.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new GrpcChannelOptions
        {
            Address = $"http://{listener.LocalEndpoint}",
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        });
        var reply = channel.CallAsync(Texts.Unary, "a").AsTask();
        using var silent = await listener.AcceptSocketAsync().InTime();
        // SETTINGS without entries, and the acknowledgement of the client's.
        await silent.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0 });

        Assert.StartsWith("Unavailable: ", (await reply.InTime()).Status.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    [Spec("GRP-028")]
    public async Task A_connection_that_its_server_ends_is_unavailable_whatever_the_code(byte error)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = $"http://{listener.LocalEndpoint}" });
        var reply = channel.CallAsync(Texts.Unary, "a").AsTask();
        using var server = await listener.AcceptSocketAsync().InTime();
        // SETTINGS; then, once the call is there, GOAWAY with its stream as the last.
        await server.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        var received = "";
        var buffer = new byte[4096];
        while (!received.Contains(Texts.Unary.Path, StringComparison.Ordinal))
            received += System.Text.Encoding.Latin1.GetString(buffer, 0, await server.ReceiveAsync(buffer).InTime());
        await server.SendAsync(new byte[] { 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, error });
        server.Shutdown(SocketShutdown.Send);

        Assert.Equal(GrpcStatusCode.Unavailable, (await reply.InTime()).Status.Code);
    }

    [Fact]
    [Spec("GRP-065")]
    public async Task A_server_that_is_going_to_stop_tells_its_calls()
    {
        using var closing = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var server = new GrpcServerBuilder().Duplex(Texts.Talk, async (_, responses, call) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, call.Closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await responses.WriteAsync("bye");
            return GrpcStatus.Ok;
        }).Build();
        await using var host = await GrpcHost.StartAsync(context => server.HandleAsync(context, closing.Token));
        using var channel = host.Channel();
        await using var call = channel.Open(Texts.Talk);
        await started.Task.InTime();

        await closing.CancelAsync();

        Assert.Equal("bye", (await call.ReadAsync().InTime()).Message);
        Assert.Equal(GrpcStatus.Ok, (await call.ReadAsync().InTime()).Status);
    }

    [Fact]
    [Spec("GRP-032")]
    public async Task A_server_may_end_a_call_whose_client_still_sends()
    {
        await using var host = await ServeAsync(static builder => builder.Duplex(Texts.Talk, static async (requests, _, _) =>
        {
            await requests.ReadAsync();
            return new GrpcStatus(GrpcStatusCode.FailedPrecondition, "enough");
        }));
        using var channel = host.Channel();
        await using var call = channel.Open(Texts.Talk);

        while (await call.WriteAsync("more"))
        {
            if (call.Status is null && (await call.ReadAsync().InTime()).Status.Code == GrpcStatusCode.FailedPrecondition)
                break;
        }

        Assert.Equal(new GrpcStatus(GrpcStatusCode.FailedPrecondition, "enough"), call.Status);
        Assert.False(await call.WriteAsync("still more").InTime());
    }

    [Fact]
    [Spec("GRP-066")]
    public async Task A_read_that_a_handler_left_behind_ends_with_its_call_and_takes_nothing_from_the_next()
    {
        var left = new System.Collections.Concurrent.ConcurrentQueue<Task<GrpcRead<string>>>();
        await using var host = await ServeAsync(builder => builder
            .Unary(Texts.Unary, static (text, _) => new(text))
            .Duplex(Texts.Talk, (requests, _, _) =>
            {
                left.Enqueue(requests.ReadAsync().AsTask());
                return new(GrpcStatus.Ok);
            }));
        using var channel = host.Channel(static options => options with { AllowsManyConnections = false });

        for (var i = 0; i < 20; i++)
        {
            await using (var call = channel.Open(Texts.Talk))
                Assert.Equal(GrpcStatus.Ok, (await call.ReadAsync().InTime()).Status);
            Assert.Equal("whole", (await channel.CallAsync(Texts.Unary, "whole").InTime()).Require());
        }

        foreach (var read in left)
            Assert.Equal(GrpcStatusCode.Cancelled, (await read.InTime()).Status.Code);
    }

    [Fact]
    [Spec("GRP-066")]
    public async Task Reading_can_be_stopped()
    {
        await using var host = await ServeAsync(static builder => builder.Duplex(Texts.Talk, static async (requests, responses, _) =>
        {
            var reading = requests.ReadAsync().AsTask();
            await requests.StopAsync();
            var stopped = await reading;
            await responses.WriteAsync($"{stopped.Status.Code} {(await requests.ReadAsync()).Status.Code}");
            return GrpcStatus.Ok;
        }));
        using var channel = host.Channel();
        await using var call = channel.Open(Texts.Talk);

        Assert.Equal("Cancelled Cancelled", (await call.ReadAsync().InTime()).Message);
        Assert.Equal(GrpcStatus.Ok, (await call.ReadAsync().InTime()).Status);
    }

    private static Task<GrpcHost> ServeAsync(Action<GrpcServerBuilder> map)
    {
        var builder = new GrpcServerBuilder();
        map(builder);
        return GrpcHost.StartAsync(builder.Build());
    }

    // The value once it stays the same for a while.
    private static async Task<int> SettledAsync(Func<int> value)
    {
        var last = -1;
        for (var same = 0; same < 10;)
        {
            await Task.Delay(20);
            var now = value();
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
        }
        return last;
    }
}
