using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>Servers that are away, stopped, slow, or send what is no answer.</summary>
public sealed class FaultTests
{
    [Fact, Spec("TRF-333")]
    public async Task Deadlines_hold_while_the_server_is_stopped_and_it_is_back_within_a_second()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port, static o => o with { StallTimeout = TimeSpan.FromSeconds(1) });
        await client.Run("k");
        server.Freeze();

        var calls = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => client.Run("k", 0.1).Timed()));
        Assert.All(calls, static call =>
        {
            Assert.Equal(RedisFailure.Timeout, call.Reply.Failure);
            Assert.InRange(call.Took.TotalMilliseconds, 95, 3_000);
        });
        await Wait.UntilAsync(() => !client.IsReady, static () => "a connection on which nothing comes is kept");

        server.Thaw();
        Assert.InRange((await client.UntilAnswered("k")).TotalSeconds, 0, 2);
    }

    [Fact, Spec("TRF-334")]
    public async Task A_killed_server_fails_calls_at_once_and_a_new_empty_one_is_used_within_a_second()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port);
        await client.Run("k");
        server.Kill();
        await Wait.UntilAsync(() => client.Down is not null, static () => "the client does not notice");

        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000; i++)
            Assert.Equal(RedisFailure.Unavailable, (await client.Run("k")).Failure);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 3_000);

        await server.RestartAsync();
        Assert.InRange((await client.UntilAnswered("k")).TotalSeconds, 0, 2);
        Assert.True((await client.Run("k")).Number() >= 2);
    }

    [Fact, Spec("TRF-072")]
    public async Task A_server_that_comes_later_is_used_then()
    {
        await using var server = await RedisServer.StartAsync();
        server.Kill();
        await using var client = Clients.Connect(server.Port);
        Assert.Equal(RedisFailure.Unavailable, (await client.Run("k")).Failure);

        await server.RestartAsync();

        Assert.InRange((await client.UntilAnswered("k")).TotalSeconds, 0, 2);
    }

    [Fact, Spec("TRF-334", "TRF-341")]
    public async Task A_server_that_could_not_be_reached_is_found_soon_after_it_can()
    {
        // A full queue of connections drops attempts without a word, as a machine that is gone does.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var fill = Enumerable.Range(0, 4).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();
        foreach (var socket in fill)
            _ = socket.ConnectAsync(listener.LocalEndPoint!).ContinueWith(static task => task.Exception, TaskScheduler.Default);
        await Wait.UntilAsync(() => fill.Count(static socket => socket.Connected) >= 2, static () => "the queue is not full");
        await using var client = Clients.Connect(((IPEndPoint)listener.LocalEndPoint!).Port, static o => o with { DialGrace = TimeSpan.FromMilliseconds(10), DialTimeout = TimeSpan.FromSeconds(30) });
        await Wait.UntilAsync(() => client.Down == "no answer in time", static () => "the first attempt does not end");

        var start = Stopwatch.GetTimestamp();
        foreach (var socket in fill)
            socket.Dispose();
        var found = false;
        while (!found)
        {
            using var peer = await listener.AcceptAsync();
            var buffer = new byte[256];
            found = await peer.ReceiveAsync(buffer) > 0;
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 4);
    }

    [Fact, Spec("TRF-077", "TRF-335")]
    public async Task A_call_whose_connection_broke_is_lost_unless_it_may_run_twice()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port);
        await client.Run("k");
        server.Freeze();
        var once = client.Run("k").AsTask();
        var twice = client.EvaluateAsync(Clients.Increment, ["other"], [1], new RedisCall(TimeSpan.FromSeconds(10)) { IsRepeatable = true }).AsTask();
        await using var never = Clients.Connect(server.Port, static o => o with { MaxRetries = 0 });

        server.Kill();
        var restarted = server.RestartAsync();

        Assert.Equal(RedisFailure.Lost, (await once).Failure);
        await restarted;
        var reply = await twice;
        Assert.True(reply.Failure is RedisFailure.None or RedisFailure.Unavailable, $"{reply.Failure} {reply.Error}");
        await client.UntilAnswered("k");
    }

    [Theory, Spec("TRF-342")]
    [InlineData("READONLY You can't write against a read only replica. script: 5f1b, on @user_script:1.")]
    [InlineData("ERR Error running script (call to f_5f1b): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.")]
    public async Task A_server_that_has_become_a_replica_is_looked_for_again_under_its_name(string error)
    {
        Socket? demoted = null;
        await using var server = new ScriptedServer((_, socket) => ScriptedServer.SendAsync(socket, (demoted ??= socket) == socket ? $"-{error}\r\n" : ":1\r\n"));
        await using var client = Clients.Connect(server.Port);
        Assert.Equal(RedisFailure.Error, (await client.Run("k")).Failure);

        var took = await client.UntilAnswered("k");

        Assert.InRange(took.TotalSeconds, 0, 5);
        Assert.Equal(2, server.Connections);
    }

    [Fact, Spec("TRF-333")]
    public async Task A_second_of_latency_costs_no_connection_and_deadlines_hold()
    {
        await using var server = await RedisServer.StartAsync();
        await using var link = new SlowLink(server.Port);
        await using var client = Clients.Connect(link.Port);
        await client.Run("k");
        link.Delay = TimeSpan.FromSeconds(1);

        var late = await client.Run("k", 0.1).Timed();
        var patient = await client.Run("k", 3).Timed();

        Assert.Equal(RedisFailure.Timeout, late.Reply.Failure);
        Assert.InRange(late.Took.TotalMilliseconds, 95, 900);
        Assert.Equal(3, patient.Reply.Number());
        Assert.InRange(patient.Took.TotalMilliseconds, 900, 3_500);
        Assert.True(client.IsReady);
    }

    [Theory, Spec("TRF-330", "TRF-333")]
    [InlineData("$10\r\nhalf", RedisFailure.Timeout)]
    [InlineData("*3\r\n:1\r\n", RedisFailure.Timeout)]
    [InlineData("$2000000000\r\n", RedisFailure.Lost)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", RedisFailure.Lost)]
    public async Task What_is_no_answer_harms_nobody_but_the_call(string answer, RedisFailure expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var client = Clients.Connect(((IPEndPoint)listener.LocalEndpoint).Port);
        var call = client.Run("k", 0.5).Timed();
        using var peer = await listener.AcceptSocketAsync();
        var buffer = new byte[4096];
        await peer.ReceiveAsync(buffer);
        await peer.SendAsync("%0\r\n"u8.ToArray());
        await peer.ReceiveAsync(buffer);
        await peer.SendAsync(Encoding.ASCII.GetBytes(answer));

        var (reply, took) = await call;

        Assert.Equal(expected, reply.Failure);
        Assert.InRange(took.TotalMilliseconds, 0, 3_000);
    }

    [Fact, Spec("TRF-336")]
    public async Task Bytes_that_wait_to_be_sent_are_bounded()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port, static o => o with { MaxUnsentBytes = 1 << 20 });
        await client.Run("k");
        server.Freeze();
        var value = RedisArgument.Of(new byte[512 << 10]);

        var calls = new List<Task<RedisReply>>();
        for (var i = 0; i < 100; i++)
            calls.Add(client.ExecuteAsync(["SET", "k", value], new RedisCall(TimeSpan.FromSeconds(1))).AsTask());

        // The system's buffers take some of them.
        var busy = calls.Count(static call => call.IsCompletedSuccessfully && call.Result.Failure == RedisFailure.Busy);
        Assert.InRange(busy, 50, 99);
        server.Thaw();
        await Task.WhenAll(calls);
    }

    [Fact, Spec("TRF-336")]
    public async Task Commands_that_wait_for_a_connection_are_bounded()
    {
        await using var server = new ScriptedServer(static _ => "") { Hello = "" };
        await using var client = Clients.Connect(server.Port, static o => o with { MaxPending = 10 });

        var calls = Enumerable.Range(0, 30).Select(_ => client.Run("k", 0.3).AsTask()).ToArray();

        Assert.Equal(20, calls.Count(static call => call.IsCompletedSuccessfully && call.Result.Failure == RedisFailure.Busy));
        Assert.Equal(10, (await Task.WhenAll(calls)).Count(static reply => reply.Failure == RedisFailure.Timeout));
    }

    [Fact, Spec("TRF-331")]
    public async Task A_client_that_is_closed_leaves_no_caller_behind()
    {
        await using var server = await RedisServer.StartAsync();
        var client = Clients.Connect(server.Port, static o => o with { MaxInFlight = 5 });
        await client.Run("k");
        server.Freeze();
        var calls = Enumerable.Range(0, 20).Select(_ => client.Run("k", 60).AsTask()).ToArray();

        await client.DisposeAsync();

        Assert.All(await Task.WhenAll(calls), static reply => Assert.True(reply.IsFailed));
        Assert.Equal(RedisFailure.Unavailable, (await client.Run("k")).Failure);
        server.Thaw();
    }

    [Fact, Spec("TRF-336")]
    public async Task Queues_are_bounded()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port, static o => o with { MaxPending = 50 });
        await client.Run("k");
        server.Freeze();

        var calls = Enumerable.Range(0, 100).Select(_ => client.Run("k").AsTask()).ToArray();
        server.Thaw();
        var replies = await Task.WhenAll(calls);

        Assert.Equal(50, replies.Count(static r => !r.IsFailed));
        Assert.Equal(50, replies.Count(static r => r.Failure == RedisFailure.Busy));
    }
}
