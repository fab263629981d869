using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using KrakenPlugins.Resp.Clusters;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>Servers that answer too much, too little, in circles, or hold on to what they were sent.</summary>
public sealed class AttackTests
{
    [Fact, Spec("TRF-340")]
    public async Task A_reply_too_many_ends_the_connection_and_reaches_no_other_caller()
    {
        await using var server = new ScriptedServer(static command => $"+{command[1]}\r\n+stolen\r\n");
        await using var client = Clients.Connect(server.Port);

        for (var i = 0; i < 20; i++)
        {
            var reply = await client.Send("ECHO", i);
            Assert.True(reply.IsFailed || reply.Text == $"{i}", $"{i} got {reply.Text}");
        }

        Assert.True(server.Connections > 5, $"a connection that is out of step was kept: {server.Connections}");
    }

    [Fact, Spec("TRF-340")]
    public async Task A_reply_behind_the_greeting_is_not_the_answer_to_the_first_command()
    {
        await using var server = new ScriptedServer(static command => $"+{command[1]}\r\n") { Hello = "%0\r\n+stolen\r\n" };
        await using var client = Clients.Connect(server.Port);

        Assert.Equal(RedisFailure.Unavailable, (await client.Send("ECHO", "mine")).Failure);
        Assert.Contains("nobody asked for", client.Down, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-340")]
    public async Task The_beginning_of_a_reply_that_nobody_asked_for_ends_the_connection_before_anybody_asks()
    {
        await using var server = new ScriptedServer(static (command, socket) => ScriptedServer.SendAsync(socket, $"+{command[1]}\r\n$6\r\nsto"));
        await using var client = Clients.Connect(server.Port);

        Assert.Equal("1", (await client.Send("ECHO", 1)).Text);
        await Wait.UntilAsync(() => server.Connections == 2, static () => "the connection is kept");
    }

    [Fact, Spec("TRF-340")]
    public async Task Messages_that_are_pushed_are_no_replies()
    {
        await using var server = new ScriptedServer(static command => $">2\r\n+invalidate\r\n_\r\n+{command[1]}\r\n>1\r\n+half");
        await using var client = Clients.Connect(server.Port);

        Assert.Equal("1", (await client.Send("ECHO", 1)).Text);

        Assert.Equal(1, server.Connections);
        Assert.True(client.IsReady);
    }

    [Theory, Spec("TRF-330")]
    [InlineData("+OK\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002\n")]
    public async Task What_does_not_greet_like_redis_gets_no_command(string greeting)
    {
        await using var server = new ScriptedServer(static _ => throw new InvalidOperationException("a command was sent")) { Hello = greeting };
        await using var client = Clients.Connect(server.Port);

        Assert.Equal(RedisFailure.Unavailable, (await client.Send("ECHO", "mine")).Failure);
    }

    [Fact, Spec("TRF-333")]
    public async Task A_byte_now_and_then_keeps_no_connection_that_answers_nobody()
    {
        await using var server = new ScriptedServer(static async (_, socket) =>
        {
            await ScriptedServer.SendAsync(socket, "$1000\r\n");
            while (socket.Connected)
            {
                await ScriptedServer.SendAsync(socket, "x");
                await Task.Delay(20);
            }
        });
        await using var client = Clients.Connect(server.Port, static o => o with { StallTimeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(RedisFailure.Timeout, (await client.Run("k", 0.1)).Failure);
        await Wait.UntilAsync(() => server.Connections >= 2, static () => "the connection is kept");
    }

    [Fact, Spec("TRF-334")]
    public async Task While_a_server_accepts_connections_and_greets_nobody_commands_fail_at_once()
    {
        await using var server = new ScriptedServer(static _ => "") { Hello = "" };
        await using var client = Clients.Connect(server.Port, static o => o with { DialGrace = TimeSpan.FromMilliseconds(40) });
        var first = await client.Run("k").Timed();
        Assert.InRange(first.Took.TotalMilliseconds, 300, 3_000);

        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000; i++)
            Assert.Equal(RedisFailure.Unavailable, (await client.Run("k")).Failure);

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 3_000);
    }

    [Theory, Spec("TRF-078")]
    [InlineData("MOVED")]
    [InlineData("ASK")]
    public async Task Redirections_in_a_circle_end(string kind)
    {
        var commands = 0;
        ScriptedServer? server = null;
        await using var scripted = server = new ScriptedServer(command =>
        {
            if (command[0] is "CLUSTER")
                return $"*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:{server!.Port}\r\n";
            if (command[0] is "ASKING")
                return "+OK\r\n";
            Interlocked.Increment(ref commands);
            return $"-{kind} 1 127.0.0.1:{server!.Port}\r\n";
        });
        await using var client = RespClient.ConnectCluster([new RespAddress("127.0.0.1", server.Port)], new RespOptions { Name = "test", MaxRedirects = 3 });

        var reply = await client.Send("GET", "k");

        Assert.Equal(RedisFailure.Error, reply.Failure);
        Assert.StartsWith(kind, reply.Error, StringComparison.Ordinal);
        Assert.Equal(4, commands);
    }

    [Fact, Spec("TRF-078")]
    public async Task A_map_of_the_cluster_that_makes_no_sense_changes_nothing()
    {
        var maps = new[] { "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n+h\r\n:1\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n", "*1\r\n*3\r\n:5\r\n:1\r\n*2\r\n+h\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n+h h\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n+h\r\n:99999\r\n", ":1\r\n", "*0\r\n" };
        var asked = 0;
        await using var server = new ScriptedServer(command => command[0] == "CLUSTER" ? maps[asked++ % maps.Length] : "+never\r\n");
        await using var client = RespClient.ConnectCluster([new RespAddress("127.0.0.1", server.Port)], new RespOptions { Name = "test" });

        Assert.True((await client.Run("k", 0.2)).IsFailed);

        await Wait.UntilAsync(() => Volatile.Read(ref asked) >= maps.Length, static () => "the cluster is not asked again");
        Assert.False(client.IsReady);
    }

    [Fact, Spec("TRF-078")]
    public void A_map_with_more_servers_than_a_cluster_can_have_is_refused()
    {
        var servers = Enumerable.Range(1, 2_000).Select(static i => RedisReply.Of([RedisReply.Of("127.0.0.1"u8.ToArray()), RedisReply.Of(i)]));
        var reply = RedisReply.Of([RedisReply.Of([RedisReply.Of(0), RedisReply.Of(1), .. servers])]);

        Assert.False(SlotMap.TryRead(reply, new RespAddress("h", 1), static _ => null, out var map));
        Assert.True(map.IsEmpty);
    }

    [Fact, Spec("TRF-074", "TRF-340")]
    public async Task An_error_is_short_on_one_line_and_repeats_no_arguments()
    {
        await using var server = new ScriptedServer(static _ => $"-ERR unknown command 'EVALSHA'\u001b[31m{new string('x', 2_000)}\r\n");
        await using var repeating = new ScriptedServer(static command => $"-ERR unknown command 'GET', with args beginning with: '{command[1]}'\r\n");
        await using var client = Clients.Connect(server.Port);
        await using var other = Clients.Connect(repeating.Port);

        var error = (await client.Run("k")).Error;

        Assert.InRange(error.Length, 1, 512);
        Assert.DoesNotContain(error, char.IsControl);
        Assert.Equal("ERR unknown command 'GET'", (await other.Send("GET", "t0p-s3cret")).Error);
    }

    [Fact, Spec("TRF-331", "TRF-340")]
    public async Task Callers_that_leave_at_any_moment_change_nothing_for_the_others()
    {
        await using var server = await RedisServer.StartAsync();
        await using var link = new SlowLink(server.Port) { Delay = TimeSpan.FromMilliseconds(2) };
        await using var client = Clients.Connect(link.Port, static o => o with { MaxInFlight = 64 });
        var (own, left) = (0, 0);

        await Parallel.ForEachAsync(Enumerable.Range(0, 4_000), new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (i, _) =>
        {
            using var leaving = new CancellationTokenSource();
            var call = client.ExecuteAsync(["ECHO", i], new RedisCall(i % 7 == 0 ? TimeSpan.FromMilliseconds(3) : TimeSpan.FromSeconds(10)), leaving.Token).AsTask();
            if (i % 3 == 0)
            {
                await Task.Yield();
                await leaving.CancelAsync();
            }
            try
            {
                var reply = await call;
                if (!reply.IsFailed)
                    Assert.Equal(i, reply.Number());
                Interlocked.Increment(ref reply.IsFailed ? ref left : ref own);
                Assert.True(i % 7 == 0 || !reply.IsFailed, $"{i}: {reply.Failure} {reply.Error}");
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(0, i % 3);
                Interlocked.Increment(ref left);
            }
        });

        Assert.InRange(own, 2_000, 4_000);
        Assert.Equal(4_000, own + left);
        Assert.Equal(7, (await client.Send("ECHO", 7)).Number());
        Assert.True(client.IsReady);
    }

    [Fact, Spec("TRF-075")]
    public async Task A_certificate_for_another_name_is_refused()
    {
        using var authority = new TestAuthority();
        using var files = new PemFolder();
        files.WritePair("server", authority.Issue(new TestCertificate { Hosts = ["redis.example.com"], Purposes = [TestAuthority.ForServers] }));
        files.Write("ca.pem", authority.Pem);
        await using var server = await RedisServer.StartTlsAsync(files, wantsClientCertificate: false);
        await using var client = Clients.Connect(server.Port, o => o with { Tls = host => CommandTests.Options(host, authority, null) });

        Assert.Equal(RedisFailure.Unavailable, (await client.Run("k")).Failure);
        Assert.False(client.IsReady);
    }
}
