using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>Two gateways, one Redis.</summary>
public sealed class RedisTests
{
    private const string Cache = """{"connection_name":"r"}""";
    private static readonly string s_redis = PluginFront.Folder("Redis", "redis");

    [Fact]
    [Spec("MAN-418")]
    public async Task What_one_gateway_stored_serves_another()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis, first);
        first.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}:{context.Request.Headers["Accept-Language"]}", "max-age=60", "Vary: Accept-Language");
        await UntilReadyAsync(first, redis);
        await UntilReadyAsync(second, redis);

        var de = await first.BodyAsync("/e?secret=s3cr3t", "Host: api.test", "Accept-Language: de");
        await UntilAsync(() => redis.Cli("DBSIZE").Trim() != "0" && redis.Cli("KEYS", "*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2);

        Assert.Equal(de, await second.BodyAsync("/e?secret=s3cr3t", "Host: api.test", "Accept-Language: de"));
        Assert.NotEqual(de, await second.BodyAsync("/e?secret=s3cr3t", "Host: api.test", "Accept-Language: fr"));
        foreach (var key in redis.Cli("KEYS", "*").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Matches("^gateway:http-cache:[0-9a-f]{64}$", key.Trim());
            Assert.InRange(long.Parse(redis.Cli("PTTL", key.Trim()).Trim(), System.Globalization.CultureInfo.InvariantCulture), 1, 121_000);
        }
    }

    [Fact]
    [Spec("MAN-418")]
    public async Task A_Redis_that_is_frozen_or_gone_is_a_miss()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var rig = await StartAsync(redis);
        await UntilReadyAsync(rig, redis);

        redis.Freeze();
        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/e?1"));
        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/e?1"));
        redis.Thaw();
        redis.Kill();

        Assert.Equal("""{"n":2}""", await rig.BodyAsync("/e?2"));
        Assert.Equal("""{"n":2}""", await rig.BodyAsync("/e?2"));
    }

    [Fact]
    [Spec("MAN-418")]
    public async Task What_somebody_else_wrote_under_the_key_is_a_miss()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis, first);
        await UntilReadyAsync(first, redis);
        await UntilReadyAsync(second, redis);
        await first.GetAsync("/e", "Host: api.test");
        await UntilAsync(() => redis.Cli("KEYS", "*").Trim().Length > 0);

        redis.Cli("SET", redis.Cli("KEYS", "*").Trim(), "HTTP/1.1 200 OK evil");

        Assert.Equal("""{"n":2}""", await second.BodyAsync("/e", "Host: api.test"));
    }

    [Fact]
    [Spec("MAN-417", "MAN-418")]
    public async Task A_purge_reaches_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var rig = await StartAsync(redis);
        await UntilReadyAsync(rig, redis);
        await rig.GetAsync();
        await UntilAsync(() => redis.Cli("DBSIZE").Trim() == "1");
        var query = new NameValueList(ignoreCase: false);
        query.Add("all", "true");

        await rig.Front.Gateway.Host.AdminOperations.Single(static o => o.Path == "/plugins/http-cache/purge").RunAsync(new(query, default), CancellationToken.None);

        Assert.Equal("0", redis.Cli("DBSIZE").Trim());
    }

    [Fact]
    [Spec("MAN-417", "MAN-418")]
    public async Task A_purged_answer_does_not_come_back_with_the_next_one_of_its_URL()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis, first);
        first.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "max-age=60", "Vary: Accept-Language");
        await UntilReadyAsync(first, redis);
        await UntilReadyAsync(second, redis);
        await first.GetAsync("/e", "Host: api.test", "Accept-Language: de");
        await UntilAsync(() => redis.Cli("DBSIZE").Trim() == "2");

        await WithdrawalTests.PurgeAsync(first, "all", "true");
        await first.GetAsync("/e", "Host: api.test", "Accept-Language: fr");
        await UntilAsync(() => redis.Cli("DBSIZE").Trim() == "3");

        Assert.Equal("2", await second.BodyAsync("/e", "Host: api.test", "Accept-Language: fr"));
        Assert.Equal("3", await second.BodyAsync("/e", "Host: api.test", "Accept-Language: de"));
    }

    [Fact]
    [Spec("MAN-418", "MAN-425")]
    public async Task A_change_reaches_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var rig = await Rig.StartDocumentAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{"connection_pools":[{"name":"r","address":"{{{redis.Address}}}"}]} },"endpoints":[
              {"endpoint":"/e","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true,"connection_name":"r"} } }]},
              {"endpoint":"/e","method":"PUT","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true,"connection_name":"r"} } }]}]}
            """, null, s_redis);
        await UntilReadyAsync(rig, redis);

        await rig.GetAsync();
        await UntilAsync(() => redis.Cli("DBSIZE").Trim() == "1");
        await rig.Front.SendAsync(HttpMethod.Put, "/e");

        Assert.Equal("""{"n":3}""", await rig.BodyAsync());
    }

    private static Task<Rig> StartAsync(RedisServer redis, Rig? like = null)
    {
        var json = Rig.Document(Cache, endpoint: ",\"input_headers\":[\"Accept-Language\"]", root: $$$""","extra_config":{"redis":{"connection_pools":[{"name":"r","address":"{{{redis.Address}}}"}]} }""");
        return Rig.StartDocumentAsync(like is null ? json : json.Replace("$UPSTREAM", like.Front.Upstream.Host, StringComparison.Ordinal), null, s_redis);
    }

    private static Task UntilReadyAsync(Rig rig, RedisServer redis) =>
        UntilAsync(() => rig.Front.Gateway.Host.Health.Any(static h => h.Value.Contains("ok", StringComparison.Ordinal)) && redis.Cli("PING").Contains("PONG", StringComparison.Ordinal));

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
            await Task.Delay(10, limit.Token);
    }
}
