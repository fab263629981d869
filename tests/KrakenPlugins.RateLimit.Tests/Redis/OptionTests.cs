using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.RateLimit.Tests.Redis;

public sealed class OptionTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly RedisServer _server = redis.Server;
    private readonly string _prefix = SharedRedis.NewPrefix();

    [Fact, Spec("TRF-082", "TRF-025", "TRF-026", "TRF-020", "TRF-027", "TRF-032")]
    public async Task Refusals_are_those_of_the_limit_in_memory()
    {
        await using var front = await RouterAsync("""{$P,"max_rate":1,"capacity":2,"every":"1h","client_max_rate":1,"client_capacity":3,"strategy":"header","key":"X-Who"}""");

        Assert.Equal("429", await front.StatusesAsync(1, "/e"));
        Assert.Equal("200 200 503 429 429", await front.StatusesAsync(5, "/e", "X-Who: a"));
        var shared = await front.GetAsync("/e", "X-Who: b");
        var client = await front.GetAsync("/e", "X-Who: a");

        Assert.Equal((503, true, "0"), (shared.Status, shared.IsBare, shared.Header("Content-Length")));
        Assert.Equal((429, true, "0"), (client.Status, client.IsBare, client.Header("Content-Length")));
        Assert.Empty(shared.HeadersStarting("RateLimit"));
        Assert.Equal(2, front.Upstream.Received.Count);
        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded");
        Assert.Contains("[ENDPOINT: /e][Ratelimit] The limit is one for all gateways with the Redis connection 'a'", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("ERROR", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-301", "TRF-396")]
    public async Task Answers_tell_what_is_left_and_refusals_when_to_come_again()
    {
        await using var front = await RouterAsync("""{$P,"max_rate":6,"capacity":5,"client_max_rate":6,"client_capacity":1,"every":"1m","strategy":"header","key":"X-Who","headers":true}""");

        var admitted = await front.GetAsync("/e", "X-Who: a");
        var refused = await front.GetAsync("/e", "X-Who: a");

        Assert.Equal((200, "\"endpoint-global-client\";q=1;w=10|\"endpoint-global\";q=5;w=50", "\"endpoint-global-client\";r=0;t=10|\"endpoint-global\";r=4;t=10", null),
            (admitted.Status, admitted.Header("RateLimit-Policy"), admitted.Header("RateLimit"), admitted.Header("Retry-After")));
        Assert.Equal((429, "\"endpoint-global-client\";q=1;w=10"), (refused.Status, refused.Header("RateLimit-Policy")));
        Assert.Matches("^([1-9]|10)$", refused.Header("Retry-After"));
    }

    [Fact, Spec("TRF-302", "TRF-303", "TRF-396")]
    public async Task Refusals_may_have_a_body_or_be_noted_only()
    {
        await using var front = await RouterAsync("""{$P,"max_rate":1,"capacity":1,"every":"1h","error":{"status":429,"body":"busy","content_type":"text/plain"}}""", """
            ,{"endpoint":"/dry","extra_config":{"qos/ratelimit/router/redis":{$P,"client_max_rate":1,"every":"1h","dry_run":true} },"backend":[{"url_pattern":"/b"}]}
            """);
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));

        var refused = await front.GetAsync("/e");

        Assert.Equal((429, "busy", "text/plain"), (refused.Status, refused.Body, refused.Header("Content-Type")));
        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/dry"));
        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded (dry run)");
    }

    [Fact, Spec("TRF-089", "TRF-305")]
    public async Task A_claim_of_the_validated_token_tells_clients_apart_also_one_inside_of_others()
    {
        var registry = new PluginRegistry();
        registry.Endpoint("test/token", EndpointStages.Authentication, static (_, _, _) => new HttpStep(static (context, next) =>
        {
            if (context.Request.Headers["X-Claims"] is [{ } json])
                context.Features.Set<IClaims>(new Claims(json));
            return next(context);
        }));
        await using var front = await RouterAsync("""{$P,"client_max_rate":1,"every":"1h","strategy":"jwt","key":"sub"}""", """
            ,{"endpoint":"/deep","extra_config":{"test/token":{},"qos/ratelimit/router/redis":{$P,"client_max_rate":1,"every":"1h","strategy":"jwt","key":"realm.user.id"} },"backend":[{"url_pattern":"/b"}]}
            ,{"endpoint":"/flat","extra_config":{"test/token":{},"qos/ratelimit/router/redis":{$P,"client_max_rate":1,"every":"1h","strategy":"jwt","key":"sub"} },"backend":[{"url_pattern":"/b"}]}
            """, new() { Plugins = registry });

        Assert.Equal("429", await front.StatusesAsync(1, "/e", $"Authorization: Bearer {Token("""{"sub":"a"}""")}"));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/flat", """X-Claims: {"sub":"a"}"""));
        Assert.Equal("429 429", string.Join(' ', await front.StatusesAsync(1, "/flat"), await front.StatusesAsync(1, "/flat", "X-Claims: {}")));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/deep", """X-Claims: {"realm":{"user":{"id":7}}}"""));
        Assert.Equal("200", await front.StatusesAsync(1, "/deep", """X-Claims: {"realm":{"user":{"id":8}}}"""));
        Assert.Equal("429 429", string.Join(' ', await front.StatusesAsync(1, "/deep", """X-Claims: {"realm":{"user":"id"}}"""), await front.StatusesAsync(1, "/deep", """X-Claims: {"realm":{"user":{"id":null}}}""")));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/deep", """X-Claims: {"realm.user.id":"x"}"""));
    }

    [Fact, Spec("TRF-089")]
    public async Task At_the_service_tokens_are_read_unvalidated_with_a_warning()
    {
        await using var front = await RedisFront.ServiceAsync(_server, _prefix, """{$P,"client_max_rate":1,"every":"1h","strategy":"jwt","key":"sub"}""");

        Assert.Equal("200 429", await front.StatusesAsync(2, "/a", $"Authorization: Bearer {Token("""{"sub":"a"}""")}"));
        Assert.Equal("200", await front.StatusesAsync(1, "/a", $"Authorization: bearer {Token("""{"sub":"b"}""")}"));
        foreach (var useless in (string[])["X: 1", "Authorization: Basic YTpi", "Authorization: Bearer x", "Authorization: Bearer a.!!.c", $"Authorization: Bearer {Token("[]")}", $"Authorization: Bearer {Token("{}")}", "Authorization: Bearer ..", $"Authorization: Bearer a.{new string('A', 17_000)}.c"])
            Assert.Equal("429", await front.StatusesAsync(1, "/a", useless));
        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Warning && d.Message.Contains("no token has been validated", StringComparison.Ordinal));
    }

    [Theory, Spec("TRF-093")]
    [InlineData("connection_pool")]
    [InlineData("redis_instance")]
    public async Task Old_names_of_the_connection_work_with_a_warning(string name)
    {
        await using var front = await RouterAsync($$"""{"{{name}}":"a","prefix":"{{_prefix}}","max_rate":1,"capacity":1,"every":"1h"}""");

        Assert.Equal("200 503", await front.StatusesAsync(2, "/e"));
        Assert.Contains(front.Gateway.Diagnostics.All, d => d.Severity == ConfigSeverity.Warning && d.Message.Contains($"\"{name}\" is the old name of \"connection_name\"", StringComparison.Ordinal));
    }

    [Fact, Spec("TRF-010", "TRF-022")]
    public async Task Without_a_rate_there_is_no_limit_and_with_an_unknown_strategy_the_shared_one_alone()
    {
        await using var front = await RouterAsync("""{$P,"max_rate":0,"client_max_rate":-1}""", """
            ,{"endpoint":"/f","extra_config":{"qos/ratelimit/router/redis":{$P,"max_rate":1,"capacity":2,"every":"1h","client_max_rate":1,"strategy":"whim"} },"backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e"));
        Assert.Equal("200 200 503", await front.StatusesAsync(3, "/f"));
        Assert.Contains("[ENDPOINT: /f][Ratelimit] Unknown strategy", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-037", "TRF-052")]
    public async Task It_acts_beside_the_limit_in_memory_which_is_asked_first()
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{{{RedisFront.Connections(_server)}}} },"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{
              "qos/ratelimit/router/redis":{"connection_name":"a","prefix":"{{{_prefix}}}","max_rate":1,"capacity":3,"every":"1h"},
              "qos/ratelimit/router":{"client_max_rate":1,"client_capacity":2,"every":"1h","strategy":"header","key":"X-Who"} } }]}
            """, null, RedisFront.Folder);

        Assert.Equal("200 200 429 429", await front.StatusesAsync(4, "/e", "X-Who: a"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Who: b"));
    }

    [Theory, Spec("TRF-082", "TRF-093")]
    [InlineData("router-redis", """{"connection_name":"a","client_max_rate":1,"strategy":"jwt","key":"sub","on_failure_allow":true,"timeout":"50ms","prefix":"x:"}""", true)]
    [InlineData("router-redis", """{"connection_pool":"a","max_rate":1,"anything":1}""", true)]
    [InlineData("router-redis", """{"max_rate":1}""", false)]
    [InlineData("router-redis", """{"connection_name":"a"}""", false)]
    [InlineData("router-redis", """{"connection_name":"a","max_rate":1,"prefix":"{"}""", false)]
    [InlineData("router-redis", """{"connection_name":"a","max_rate":1,"capacity":-1}""", false)]
    [InlineData("service-redis", """{"connection_name":"a","client_max_rate":1,"strategy":"param","key":"a"}""", false)]
    [InlineData("service-redis", """{"connection_name":"a","client_max_rate":1,"strategy":"header","key":"a"}""", true)]
    public void The_schema_says_what_is_valid(string schema, string limit, bool isValid) =>
        Assert.Equal(isValid, Schema.Compile(JsonDocument.Parse(File.ReadAllText(Path.Combine(Front.Folder, $"{schema}.schema.json"))).RootElement).Validate(JsonDocument.Parse(limit).RootElement).Count == 0);

    [Fact, Spec("TRF-082")]
    public async Task The_example_of_the_readme_runs()
    {
        var example = PluginFront.ReadmeExample(Path.Combine(Front.Folder, "..", "..", "..", "..", "..", "Redis"))
            .Replace("http://127.0.0.1:8081", "$UPSTREAM", StringComparison.Ordinal)
            .Replace("redis.internal:6379", _server.Address, StringComparison.Ordinal);
        await using var front = await Front.StartAsync(example, null, RedisFront.Folder);

        Assert.Equal("200 200", await front.StatusesAsync(2, "/orders/7"));
        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal("\"endpoint-global-client\";q=10;w=2", (await front.GetAsync("/orders/8")).Header("RateLimit-Policy"));
    }

    private Task<PluginFront> RouterAsync(string limit, string more = "", TestGatewayOptions? options = null) => RedisFront.RouterAsync(_server, _prefix, limit, more, options);

    private static string Token(string claims) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";

    private sealed class Claims(string json) : IClaims
    {
        public DataObject? Tree { get; } = DataJson.TryParse(Encoding.UTF8.GetBytes(json), 16, out var node, out _) ? (DataObject)node : null;

        public string? GetText(string name) => Tree?[name] switch { null or DataNull => null, DataString text => text.Value, var node => DataJson.ToString(node) };
    }
}
