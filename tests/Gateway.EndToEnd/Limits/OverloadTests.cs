using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Gateway.EndToEnd.Limits;

/// <summary>
/// Four gateways, each a process of its own, and one limit of 1000 requests a second with a burst of 200, under more load than that.
/// <c>TEST_FULL=1</c> runs it for ten seconds.
/// </summary>
public sealed class OverloadTests(ITestOutputHelper output) : IDisposable
{
    private const int Gateways = 4;
    private const int ConnectionsEach = 6;
    private const int Rate = 1000;
    private const int Capacity = 200;

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("TEST_FULL") == "1" ? 10 : 3);

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("TRF-083", "TRF-085", "TRF-005", "TRF-398")]
    public async Task Four_gateways_admit_what_one_bucket_holds_and_gains_with_one_command_per_request()
    {
        await using var server = await RedisServer.StartAsync();

        await ProveAsync([server], $$"""{"connection_pools":[{"name":"limits","address":"{{server.Address}}"}]}""");
    }

    [Fact, Spec("TRF-083", "TRF-085", "TRF-078")]
    public async Task The_same_with_a_cluster()
    {
        await using var cluster = await RedisCluster.StartAsync();

        await ProveAsync(cluster.Servers, $$"""{"clusters":[{"name":"limits","addresses":["{{cluster.Servers[1].Address}}"]}]}""");
    }

    private async Task ProveAsync(IReadOnlyList<RedisServer> servers, string redis)
    {
        var gateways = await Task.WhenAll(Enumerable.Range(0, Gateways).Select(i => StartAsync(i, redis)));
        var connections = gateways.SelectMany(static g => Enumerable.Range(0, ConnectionsEach).Select(_ => new LoadConnection(g.Port))).ToArray();
        try
        {
            // Cold code would decide how many come.
            await Task.WhenAll(connections.Select(static c => c.RunAsync(TimeSpan.FromSeconds(1.5))));
            // Replicas have the bucket too, and know the commands.
            foreach (var server in servers)
            {
                server.Cli("flushall");
                server.Cli("config", "resetstat");
            }
            var owner = servers[0];
            var before = NowOf(owner);
            await Task.WhenAll(connections.Select(static c => c.RunAsync(s_duration)));
            var seconds = NowOf(owner) - before;

            var answers = connections.SelectMany(static c => c.Answers).OrderBy(static a => a.At).ToArray();
            var admitted = answers.Count(static a => a.Status == 200);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answers.Length} requests, {admitted} admitted in {seconds:F3} s: {admitted / (Capacity + (seconds * Rate)):P2} of C + T·r"));
            Assert.Equal(answers.Length, admitted + answers.Count(static a => a.Status == 503));
            Assert.True(answers.Length > admitted * 1.05, $"{answers.Length} requests are no overload for {admitted}");
            Assert.True(admitted <= Capacity + (seconds * Rate) + 1, $"{admitted} were admitted in {seconds} s");
            // What a plain bucket makes of the same arrivals: C + T·r, unless the machine itself paused for so long that the bucket was full.
            var expected = PlainBucket(answers);
            Assert.InRange(admitted, expected * 0.99, expected * 1.01);
            Assert.Equal(answers.Length, servers.Sum(static s => CallsOf(s, "evalsha")));
            Assert.Equal(0, servers.Sum(static s => CallsOf(s, "eval")));
        }
        finally
        {
            foreach (var connection in connections)
                connection.Dispose();
            foreach (var gateway in gateways)
                await gateway.DisposeAsync();
        }
    }

    private static int PlainBucket((long At, int Status)[] answers)
    {
        var (tokens, last, taken) = ((double)Capacity, answers[0].At, 0);
        foreach (var (at, _) in answers)
        {
            tokens = Math.Min(Capacity, tokens + (Stopwatch.GetElapsedTime(last, at).TotalSeconds * Rate));
            last = at;
            if (tokens < 1)
                continue;
            tokens--;
            taken++;
        }
        return taken;
    }

    private static double NowOf(RedisServer server)
    {
        var time = server.Cli("time").Split('\n');
        return long.Parse(time[0], CultureInfo.InvariantCulture) + (long.Parse(time[1], CultureInfo.InvariantCulture) / 1e6);
    }

    private static int CallsOf(RedisServer server, string command)
    {
        var found = Regex.Match(server.Cli("info", "commandstats"), $"cmdstat_{command}:calls=([0-9]+)");
        return found.Success ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    private Task<RunningGateway> StartAsync(int index, string redis)
    {
        var file = _folder.Write(string.Create(CultureInfo.InvariantCulture, $"gateway{index}.json"), $$$"""
            {"version":3,"listen_ip":"127.0.0.1","extra_config":{"router":{"disable_access_log":true},"redis":{{{redis}}},
              "qos/ratelimit/service/redis":{"connection_name":"limits","max_rate":{{{Rate}}},"capacity":{{{Capacity}}} } },"endpoints":[]}
            """);
        return RunningGateway.StartAsync(_folder.Path, ["run", "-c", file, "--plugins", Plugin("RateLimit", "rate-limit"), "--plugins", Plugin("Redis", "redis")]);
    }

    private static string Plugin(string project, string id) => Path.Combine(
        Executable.Repository, "plugins", project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin", id);
}
