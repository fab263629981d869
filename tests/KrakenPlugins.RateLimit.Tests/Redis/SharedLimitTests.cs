using System.Diagnostics;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

/// <summary>Several gateways, each with connections of its own, and one limit.</summary>
public sealed class SharedLimitTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly RedisServer _server = redis.Server;
    private readonly string _prefix = SharedRedis.NewPrefix();

    [Fact, Spec("TRF-082", "TRF-083")]
    public async Task Gateways_share_the_bucket_of_a_client_exactly()
    {
        const string Limit = """{$P,"client_max_rate":10,"client_capacity":10,"every":"1m","strategy":"header","key":"X-Who"}""";
        await using var first = await RedisFront.RouterAsync(_server, _prefix, Limit);
        await using var second = await RedisFront.RouterAsync(_server, _prefix, Limit);

        var statuses = await AtOnceAsync(6, "/e", [first, second], "X-Who: a");

        Assert.Equal((10, 2), (statuses.Count(static s => s == 200), statuses.Count(static s => s == 429)));
        Assert.Equal("200", await second.StatusesAsync(1, "/e", "X-Who: b"));
        await using var third = await RedisFront.RouterAsync(_server, _prefix, Limit);
        Assert.Equal("429", await third.StatusesAsync(1, "/e", "X-Who: a"));
    }

    [Fact, Spec("TRF-084", "TRF-014")]
    public async Task A_restart_of_all_gateways_refills_nothing()
    {
        const string Limit = """{$P,"max_rate":1,"capacity":3,"every":"1h","client_max_rate":1,"client_capacity":2,"strategy":"ip"}""";
        await using (var first = await RedisFront.RouterAsync(_server, _prefix, Limit))
            Assert.Equal("200 200 429", await first.StatusesAsync(3, "/e"));

        await using var again = await RedisFront.RouterAsync(_server, _prefix, Limit);

        Assert.Equal("429", await again.StatusesAsync(1, "/e"));
    }

    [Fact, Spec("TRF-085", "TRF-013")]
    public async Task Requests_at_once_over_several_gateways_never_get_more_than_the_buckets_hold()
    {
        const string Limit = """{$P,"max_rate":1,"capacity":40,"every":"1h","client_max_rate":1,"client_capacity":70,"strategy":"header","key":"X-Who"}""";
        await using var first = await RedisFront.RouterAsync(_server, _prefix, Limit);
        await using var second = await RedisFront.RouterAsync(_server, _prefix, Limit);

        var statuses = await AtOnceAsync(50, "/e", [first, second], "X-Who: a");

        Assert.Equal((40, 30, 30), (statuses.Count(static s => s == 200), statuses.Count(static s => s == 503), statuses.Count(static s => s == 429)));
        Assert.Equal("503", await first.StatusesAsync(1, "/e", "X-Who: b"));
    }

    [Fact, Spec("TRF-085", "TRF-398", "TRF-331", "TRF-332")]
    public async Task A_decision_about_both_buckets_is_one_command()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await RedisFront.RouterAsync(server, _prefix, """{$P,"max_rate":1,"capacity":200,"every":"1h","client_max_rate":1,"client_capacity":200,"headers":true}""");
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));
        Assert.Equal((1, 1), (server.Calls("evalsha"), server.Calls("eval")));
        var connections = server.Calls("hello") + server.Calls("auth") + server.Calls("client|setname") + server.Calls("client|setinfo");

        await AtOnceAsync(100, "/e", [front]);

        Assert.Equal((101, 1, 101, 202, 202), (server.Calls("evalsha"), server.Calls("eval"), server.Calls("time"), server.Calls("get"), server.Calls("set")));
        Assert.Equal(connections, server.Calls("hello") + server.Calls("auth") + server.Calls("client|setname") + server.Calls("client|setinfo"));
    }

    [Fact, Spec("TRF-086")]
    public async Task The_clocks_of_the_gateways_do_not_matter()
    {
        const string Limit = """{$P,"client_max_rate":10,"client_capacity":10,"every":"1m","strategy":"ip"}""";
        var time = new ShiftedTime();
        time.Advance(TimeSpan.FromHours(5));
        await using var first = await RedisFront.RouterAsync(_server, _prefix, Limit);
        await using var late = await RedisFront.RouterAsync(_server, _prefix, Limit, options: new() { Time = time });

        Assert.Equal("200 200 200 200 200", await first.StatusesAsync(5, "/e"));
        Assert.Equal("200 200 200 200 200 429", await late.StatusesAsync(6, "/e"));
        time.Advance(TimeSpan.FromHours(5));
        Assert.Equal("429", await late.StatusesAsync(1, "/e"));
    }

    [Fact, Spec("TRF-082", "TRF-085", "TRF-393", "TRF-078")]
    public async Task A_cluster_decides_in_one_slot_spreads_limits_and_clients_over_its_servers_and_survives_one()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var more = string.Concat(Enumerable.Range(0, 12).Select(static i => $$$"""
            ,{"endpoint":"/more{{{i}}}/{id}","extra_config":{"qos/ratelimit/router/redis":{"connection_name":"c","max_rate":1,"capacity":1,"every":"1h","client_max_rate":9,"client_capacity":9,"every":"1h"} },"backend":[{"url_pattern":"/b"}]}
            """));
        var document = $$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{"clusters":[{"name":"c","addresses":["{{{cluster.Servers[0].Address}}}"]}]}},"endpoints":[
              {"endpoint":"/e","extra_config":{"qos/ratelimit/router/redis":{"connection_name":"c","client_max_rate":1,"every":"1h","strategy":"header","key":"X-Who"} },"backend":[{"url_pattern":"/b"}]}
              {{{more}}} ]}
            """;
        await using var first = await Front.StartAsync(document, null, RedisFront.Folder);
        await using var second = await Front.StartAsync(document, null, RedisFront.Folder);

        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(("200", "503"), (await first.StatusesAsync(1, $"/more{i}/7"), await second.StatusesAsync(1, $"/more{i}/8")));
            Assert.Equal(("200", "429"), (await second.StatusesAsync(1, "/e", $"X-Who: {i}"), await first.StatusesAsync(1, "/e", $"X-Who: {i}")));
        }

        var clients = cluster.Servers.Take(3).Select(static s => s.Keys("krakend:ratelimit:GET /e:").Length).ToArray();
        var limits = cluster.Servers.Take(3).Select(static s => s.Keys("krakend:ratelimit:{GET /more").Length).ToArray();
        Assert.Equal((12, 24), (clients.Sum(), limits.Sum()));
        Assert.True(clients.Count(static n => n > 0) > 1 && limits.Count(static n => n > 0) > 1, $"{string.Join(' ', clients)} | {string.Join(' ', limits)}");
        await FailOverAsync(cluster.Servers[Array.FindIndex(limits, static n => n > 0)], first);
    }

    // The replica that takes over knows that the bucket is empty; until then nobody is admitted.
    private static async Task FailOverAsync(RedisServer owner, PluginFront front)
    {
        var place = Regex.Match(owner.Keys("krakend:ratelimit:{GET /more")[0], "/more[0-9]+").Value;
        owner.Kill();
        var status = 500;
        for (var watch = Stopwatch.StartNew(); status == 500 && watch.Elapsed < TimeSpan.FromSeconds(20);)
            status = (await front.GetAsync($"{place}/9")).Status;

        Assert.Equal(503, status);
    }

    private static async Task<int[]> AtOnceAsync(int each, string path, PluginFront[] fronts, params string[] headers)
    {
        var replies = await Task.WhenAll(fronts.SelectMany(front => Enumerable.Range(0, each).Select(_ => front.GetAsync(path, headers))));
        return [.. replies.Select(static reply => reply.Status)];
    }
}
