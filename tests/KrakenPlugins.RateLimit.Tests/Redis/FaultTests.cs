using System.Diagnostics;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

/// <summary>
/// Redis killed, stopped, slow, empty, or moved to a replica, seen by clients: answers follow <c>on_failure_allow</c>, nobody waits longer than
/// the timeout, and a second after Redis is back it decides again.
/// </summary>
public sealed class FaultTests
{
    private const double TimeoutMs = 300;

    // What a request may take beside the wait for Redis on a machine that does other things too; far from the endpoints' own 10 s.
    private const double SlackMs = 2_000;
    private const double BackMs = 2_000;

    [Fact, Spec("TRF-087", "TRF-088", "TRF-334", "TRF-341")]
    public async Task Killed_it_refuses_or_lets_through_at_once_and_decides_again_within_a_second_of_its_return()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(Connections(server.Port));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/closed"));
        server.Kill();

        await AnswersAsync(front, count: 40);
        // Known to be away, it costs no wait at all.
        await front.Gateway.WaitForLogAsync("a: no connection to");
        await AnswersAtOnceAsync(front);

        await server.RestartAsync();
        await BackAsync(front);
        // It came back empty: one of the two tokens went into finding that out.
        Assert.Equal("200 429", await front.StatusesAsync(2, "/closed"));
    }

    [Fact, Spec("TRF-087", "TRF-088", "TRF-333", "TRF-334", "TRF-341")]
    public async Task Stopped_it_holds_nobody_longer_than_the_timeout_later_nobody_at_all_and_nothing_else_in_the_gateway()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(Connections(server.Port));
        Assert.Equal("200", await front.StatusesAsync(1, "/closed"));
        server.Freeze();
        var stopped = Stopwatch.GetTimestamp();

        // Many requests hang at Redis while others are served.
        var hanging = Enumerable.Range(0, 300).Select(_ => TimedAsync(front, "/closed")).ToArray();
        var free = new List<double>();
        while (free.Count < 30)
        {
            var (status, took) = await TimedAsync(front, "/free");
            Assert.Equal(200, status);
            free.Add(took);
        }
        Assert.InRange(free.Order().ElementAt(free.Count / 2), 0, SlackMs);
        Assert.All(await Task.WhenAll(hanging), static reply => Assert.Equal(500, reply.Status));

        await AnswersAsync(front, count: 20);
        await front.Gateway.WaitForLogAsync("a: no connection to");
        Assert.InRange(Stopwatch.GetElapsedTime(stopped).TotalSeconds, 1.9, 8);
        await AnswersAtOnceAsync(front);

        server.Thaw();
        await BackAsync(front);
        Assert.Equal("429", await front.StatusesAsync(1, "/closed"));
    }

    [Fact, Spec("TRF-087", "TRF-088", "TRF-333", "TRF-341")]
    public async Task Slow_it_decides_for_those_who_wait_long_enough_and_for_all_when_it_is_fast_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var link = new SlowLink(server.Port);
        await using var front = await StartAsync(Connections(link.Port));
        Assert.Equal("200", await front.StatusesAsync(1, "/closed"));
        link.Delay = TimeSpan.FromSeconds(1);

        var patient = Enumerable.Range(0, 5).Select(_ => TimedAsync(front, "/patient")).ToArray();
        await AnswersAsync(front, count: 20);

        Assert.Equal([200, 200, 429, 429, 429], (await Task.WhenAll(patient)).Select(static reply => reply.Status).Order());
        Assert.All(patient, static reply => Assert.InRange(reply.Result.Took, 900, 2_000 + SlackMs));
        Assert.DoesNotContain("no connection to", front.Gateway.Log, StringComparison.Ordinal);
        server.Cli("flushall");
        link.Delay = TimeSpan.Zero;
        // What was on its way still takes its second.
        await BackAsync(front, withinMs: BackMs + 1_000);
    }

    [Fact, Spec("TRF-087", "TRF-088", "TRF-078", "TRF-341")]
    public async Task In_a_cluster_the_replica_that_takes_over_decides_with_the_same_buckets()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var front = await StartAsync($$"""{"clusters":[{"name":"a","addresses":["{{cluster.Servers[0].Address}}","{{cluster.Servers[1].Address}}","{{cluster.Servers[2].Address}}"]}]}""");
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/patient"));
        var lost = cluster.Servers.Take(3).Single(static server => server.Cli("dbsize") != "0");
        var replica = cluster.Servers.Skip(3).Single(server => server.Cli("info", "replication").Contains($"master_port:{lost.Port}", StringComparison.Ordinal));
        Assert.Equal("1", lost.Cli("wait", "1", "1000"));

        lost.Kill();
        var (status, took) = await TimedAsync(front, "/patient");
        Assert.Contains(status, new[] { 500, 429 });
        Assert.InRange(took, 0, 2_000 + SlackMs);
        await Wait.UntilAsync(() => replica.Cli("role").StartsWith("master", StringComparison.Ordinal), static () => "no replica takes over");

        var start = Stopwatch.GetTimestamp();
        while ((await TimedAsync(front, "/patient")).Status != 429)
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, BackMs);
        await BackAsync(front);
    }

    private static string Connections(int port) => $$"""{"connection_pools":[{"name":"a","address":"127.0.0.1:{{port}}"}]}""";

    /// <summary><c>/closed</c> and <c>/open</c> with two tokens for 300 ms of waiting, <c>/patient</c> for 2 s, <c>/free</c> without limit.</summary>
    private static Task<PluginFront> StartAsync(string redis)
    {
        return Front.StartAsync($$"""
            {"version":3,"timeout":"10s","host":["$UPSTREAM"],"extra_config":{"redis":{{redis}} },"endpoints":[
              {{Limited("/closed", "300ms", "false")}},{{Limited("/open", "300ms", "true")}},{{Limited("/patient", "2s", "false")}},
              {"endpoint":"/free","backend":[{"url_pattern":"/b"}]}]}
            """, null, RedisFront.Folder);

        static string Limited(string path, string timeout, string isAllowed) => $$$"""
            {"endpoint":"{{{path}}}","backend":[{"url_pattern":"/b"}],"extra_config":{"qos/ratelimit/router/redis":
              {"connection_name":"a","client_max_rate":1,"client_capacity":2,"every":"1h","timeout":"{{{timeout}}}","on_failure_allow":{{{isAllowed}}} } } }
            """;
    }

    /// <summary>Requests at once while Redis does not decide: refused and let through, each within its time.</summary>
    private static async Task AnswersAsync(PluginFront front, int count)
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, count).Select(i => TimedAsync(front, i % 2 == 0 ? "/closed" : "/open")));

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(i % 2 == 0 ? 500 : 200, replies[i].Status);
            Assert.InRange(replies[i].Took, 0, TimeoutMs + SlackMs);
        }
    }

    /// <summary>Requests one after the other, which would take long if each waited for Redis.</summary>
    private static async Task AnswersAtOnceAsync(PluginFront front)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
            Assert.Equal("500 200", string.Join(' ', await front.StatusesAsync(1, "/closed"), await front.StatusesAsync(1, "/open")));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 10 * TimeoutMs);
    }

    /// <summary>Waits until Redis decides, and looks how long that took.</summary>
    private static async Task BackAsync(PluginFront front, double withinMs = BackMs)
    {
        var start = Stopwatch.GetTimestamp();
        while ((await front.GetAsync("/closed")).Status == 500)
            await Task.Yield();
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, withinMs);
    }

    private static async Task<(int Status, double Took)> TimedAsync(PluginFront front, string path)
    {
        var start = Stopwatch.GetTimestamp();
        var reply = await front.GetAsync(path);
        return (reply.Status, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
