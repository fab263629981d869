using System.Text.Json.Nodes;
using Gateway.Testing;
using KrakenPlugins.RateLimit.Tests.Redis;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Tiered;

/// <summary>Tiers with limits in Redis, alone and beside one in memory.</summary>
public sealed class RedisTierTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private const string Both = """
        {"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":3,"strategy":"header","key":"X-User"},
         "ratelimit_redis":{$P,"max_rate":1,"every":"1h","capacity":4}}
        """;

    private readonly RedisServer _server = redis.Server;
    private readonly string _prefix = SharedRedis.NewPrefix();

    [Fact]
    [Spec("TRF-061", "TRF-060")]
    public async Task A_request_must_pass_both_limits_of_its_tier()
    {
        await using var first = await StartAsync(_server, Both);
        await using var second = await StartAsync(_server, Both);

        Assert.Equal("200 200 200 429 429", await first.StatusesAsync(5, "/e", "X-Plan: gold", "X-User: ada"));
        Assert.Equal("200 503 503", await second.StatusesAsync(3, "/e", "X-Plan: gold", "X-User: ada"));
        Assert.Equal("503", await first.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: bob"));
        Assert.Equal("200 200", await first.StatusesAsync(2, "/e", "X-Plan: tin"));
    }

    [Fact]
    [Spec("TRF-061")]
    public async Task What_memory_refuses_is_not_asked_for_in_Redis()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(server, Both);

        Assert.Equal("200 200 200 429 429 429", await front.StatusesAsync(6, "/e", "X-Plan: gold", "X-User: ada"));

        Assert.Equal(3, server.Calls("evalsha"));
    }

    [Theory]
    [Spec("TRF-061")]
    [InlineData("true", "200 200 200 429", "200 200 200 429")]
    [InlineData("false", "500 500 500 429", "500 500 500 429")]
    public async Task Without_Redis_the_limit_in_memory_still_protects(string allow, string expected, string other)
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(server, Both.Replace("\"max_rate\"", $"\"timeout\":\"300ms\",\"on_failure_allow\":{allow},\"max_rate\"", StringComparison.Ordinal));
        server.Kill();

        Assert.Equal(expected, await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ada"));
        Assert.Equal(other, await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: bob"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Plan: tin"));
    }

    [Fact]
    [Spec("TRF-412", "TRF-090")]
    public async Task Gateways_agree_about_a_tier_wherever_it_stands_in_the_list_and_tiers_share_nothing()
    {
        const string Gold = """{"tier_value":"gold","ratelimit_redis":{$P,"max_rate":1,"every":"1h","capacity":2}}""";
        const string Tin = """{"tier_value":"tin","ratelimit_redis":{$P,"max_rate":1,"every":"1h","capacity":2}}""";
        const string Rest = """{"tier_value":"value.startsWith('x')","tier_value_as":"policy","ratelimit_redis":{$P,"max_rate":1,"every":"1h","capacity":2}},{"tier_value_as":"*","ratelimit_redis":{$P,"max_rate":1,"every":"1h","capacity":1}}""";
        await using var first = await StartAsync(_server, $"{Gold},{Tin},{Rest}");
        await using var second = await StartAsync(_server, $"{Tin},{Gold},{Rest}");

        Assert.Equal("200 200 503", await first.StatusesAsync(3, "/e", "X-Plan: gold"));
        Assert.Equal("503", await second.StatusesAsync(1, "/e", "X-Plan: gold"));
        Assert.Equal("200 200 503", string.Join(' ', await second.StatusesAsync(1, "/e", "X-Plan: tin"), await first.StatusesAsync(2, "/e", "X-Plan: tin")));
        Assert.Equal("200 200 503", string.Join(' ', await second.StatusesAsync(1, "/e", "X-Plan: xy"), await first.StatusesAsync(2, "/e", "X-Plan: xy")));
        Assert.Equal("200 503", await first.StatusesAsync(2, "/e"));
        Assert.Equal("200 200 503", await first.StatusesAsync(3, "/f", "X-Plan: gold"));
        var keys = _server.Keys(_prefix);
        Assert.Equal([$"{_prefix}{{GET /e|tier *}}", $"{_prefix}{{GET /e|tier literal:gold}}", $"{_prefix}{{GET /e|tier literal:tin}}"], keys.Where(static k => k.Contains("/e", StringComparison.Ordinal) && !k.Contains("policy", StringComparison.Ordinal)));
        Assert.Matches(@"\|tier policy:[0-9a-f]{32}\}$", Assert.Single(keys, static k => k.Contains("policy", StringComparison.Ordinal)));
    }

    [Fact]
    [Spec("TRF-092")]
    public async Task A_tier_that_may_be_a_secret_is_in_no_key_and_no_log()
    {
        await using var front = await StartAsync(_server, """{"tier_value":"Bearer s3cr3t","ratelimit_redis":{$P,"max_rate":1,"every":"1h"}}""", "Authorization");

        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "Authorization: Bearer s3cr3t"));

        Assert.DoesNotContain("s3cr3t", Assert.Single(_server.Keys(_prefix)), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-062", "TRF-037", "TRF-063")]
    public async Task A_tier_in_Redis_is_asked_before_the_limits_of_its_scope_and_all_act()
    {
        await using var front = await RedisFront.RouterAsync(_server, _prefix, """{$P,"max_rate":1,"every":"1h","capacity":5}""", """
            ,{"endpoint":"/x","backend":[{"url_pattern":"/b"}],"extra_config":{
              "qos/ratelimit/tiered":{"tier_key":"X-Plan","tiers":[{"tier_value":"gold","ratelimit_redis":{$P,"client_max_rate":1,"client_capacity":2,"every":"1h"}}]},
              "qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":6},
              "qos/ratelimit/router/redis":{$P,"max_rate":1,"every":"1h","capacity":4}}}
            """);

        Assert.Equal("200 200 429 429 429 429 429", await front.StatusesAsync(7, "/x", "X-Plan: gold"));
        Assert.Equal("200 200 503 503 503", await front.StatusesAsync(5, "/x"));
    }

    [Fact]
    [Spec("TRF-414")]
    public async Task An_unknown_connection_closes_the_endpoint_and_refuses_the_start_at_the_service()
    {
        const string Tiers = """{"tier_value":"gold","ratelimit_redis":{"connection_name":"b","max_rate":1}}""";
        await using var front = await StartAsync(_server, Tiers);

        Assert.Equal("500 200", string.Join(' ', await front.StatusesAsync(1, "/e"), await front.StatusesAsync(1, "/open")));
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Path.EndsWith("tiers[0].ratelimit_redis.connection_name", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(Front.TieredConfig("""{"tier_value_as":"*"}""", "," + Front.Tiered(Tiers))));
    }

    [Theory]
    [InlineData("ratelimit", "router.schema.json")]
    [InlineData("ratelimit_redis", "router-redis.schema.json")]
    public void The_schema_of_a_tier_has_what_the_limits_alone_have(string definition, string file)
    {
        var tiered = JsonNode.Parse(File.ReadAllText(Path.Combine(Front.Folder, "tiered.schema.json")))!["definitions"]!;
        var alone = JsonNode.Parse(File.ReadAllText(Path.Combine(Front.Folder, file)))!;
        var resolved = tiered[definition]!.DeepClone();
        foreach (var refusal in (string[])["error", "client_error"])
            resolved["properties"]![refusal] = tiered[refusal]!.DeepClone();

        foreach (var member in new[] { "properties", "required", "anyOf", "allOf", "patternProperties", "additionalProperties" })
            Assert.True(JsonNode.DeepEquals(alone[member], resolved[member]), member);
    }

    private Task<PluginFront> StartAsync(RedisServer server, string tiers, string key = "X-Plan") => Front.StartAsync(
        Front.TieredConfig(tiers.Replace("$P", $"\"connection_name\":\"a\",\"prefix\":\"{_prefix}\"", StringComparison.Ordinal), $",\"redis\":{RedisFront.Connections(server)}").Replace("X-Plan", key, StringComparison.Ordinal),
        null, RedisFront.Folder);
}
