using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class BackendTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly string _name = Fresh.Name();

    [Fact, Spec("TRF-166", "TRF-167")]
    public async Task A_backend_that_is_exhausted_is_not_called_and_fails()
    {
        await using var front = await StartAsync(Front.Quota(_name));

        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e", "X-Plan: gold", "X-User: ann"));
        var refused = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");

        Assert.Equal((500, "", "false"), (refused.Status, refused.Body, refused.Header("X-Krakend-Completed")));
        Assert.Null(refused.Header("Retry-After"));
        Assert.Empty(refused.HeadersStarting("X-Quota"));
        Assert.Equal(3, front.Upstream.Received.Count);
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e] quota exhausted");
    }

    [Fact, Spec("TRF-167", "TRF-168")]
    public async Task Its_status_is_seen_where_those_of_the_backend_are()
    {
        await using var front = await StartAsync(Front.Quota(_name).Replace("""{"rule_name":"free","tier_value_as":"*","strategy":"ip"}""", """{"rule_name":"free","tier_value":"x","key":"X-User"}""", StringComparison.Ordinal) + ""","backend/http":{"return_error_code":true}""");

        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("400", await front.StatusesAsync(1, "/e"));
    }

    [Fact, Spec("TRF-167")]
    public async Task With_other_backends_the_answer_is_partial()
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/e","backend":[{"url_pattern":"/a","group":"a","extra_config":{ {{{Front.Quota(_name)}}} }},{"url_pattern":"/b","group":"b"}]}]}
            """);

        await front.GetAsync("/e");
        var partial = await front.GetAsync("/e");

        Assert.Equal((200, "false", """{"b":{"from":"backend"}}"""), (partial.Status, partial.Header("X-Krakend-Completed"), partial.Body));
    }

    [Fact, Spec("TRF-180")]
    public async Task Only_headers_that_reach_the_backend_are_seen()
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/no","backend":[{"url_pattern":"/b","extra_config":{ {{{Front.Quota(_name)}}} }}]},
              {"endpoint":"/users/{id}","input_headers":["x-plan"],"backend":[{"url_pattern":"/b","extra_config":{"governance/quota":{"quota_name":"{{{_name}}}","tier_key":"x-PLAN","tiers":[{"rule_name":"gold","tier_value":"gold","strategy":"param","key":"id"}]} } }]}]}
            """);

        await front.StatusesAsync(1, "/no", "X-Plan: gold", "X-User: ann");
        Assert.Equal("200 200 200 500", await front.StatusesAsync(4, "/users/77", "X-Plan: gold"));

        Assert.Equal($"{_name}:*::127.0.0.1 {_name}:literal:gold:77", string.Join(' ', redis.Server.Cli("keys", $"{_name}:*").Split('\n').Order(StringComparer.Ordinal)));
    }

    [Fact, Spec("TRF-167", "TRF-440")]
    public async Task A_breaker_counts_refusals_neither_way_and_an_open_one_costs_nothing()
    {
        await using var front = await StartAsync(Front.Quota(_name) + ""","qos/circuit-breaker":{"interval":60,"timeout":60,"max_errors":1}""");

        Assert.Equal("200 200 200 500 500 500", await front.StatusesAsync(6, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: bob"));
        front.Upstream.Answer("/b", "{", 500);
        await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: bob");
        await front.GetAsync("/e", "X-Plan: gold", "X-User: eve");

        Assert.Equal("0", redis.Server.Cli("exists", $"{_name}:literal:gold:eve"));
        await front.Gateway.WaitForLogAsync("circuit breaker is open");
    }

    [Fact, Spec("TRF-182")]
    public async Task What_its_rate_limit_refuses_costs_nothing()
    {
        await using var front = await StartAsync(Front.Quota(_name) + ""","qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":1}""");

        await front.StatusesAsync(3, "/e", "X-Plan: gold", "X-User: ann");

        Assert.EndsWith("=1", redis.Server.Fields($"{_name}:literal:gold:ann"), StringComparison.Ordinal);
    }

    private Task<PluginFront> StartAsync(string backend) => Front.StartAsync(Front.Document(Front.Services(redis.Server.Address, _name), "", backend));
}
