using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Tiered;

/// <summary>Tiers at the service and at endpoints, beside other limits and over reloads.</summary>
public sealed class ScopeTests
{
    private const string Gold = """{"tier_value":"gold","ratelimit":{"max_rate":1,"every":"1h","capacity":3}}""";

    [Fact]
    [Spec("TRF-063")]
    public async Task The_service_counts_over_all_endpoints_an_endpoint_for_itself()
    {
        await using var service = await ServiceAsync(Gold);
        await using var endpoints = await Front.StartAsync(Front.TieredConfig(Gold));

        Assert.Equal("200 200 404 503 503", string.Join(' ', await service.StatusesAsync(1, "/a", "X-Plan: gold"), await service.StatusesAsync(1, "/__health", "X-Plan: gold"), await service.StatusesAsync(1, "/nowhere", "X-Plan: gold"), await service.StatusesAsync(1, "/b", "X-Plan: gold"), await service.StatusesAsync(1, "/__health", "X-Plan: gold")));
        Assert.Equal("200 200", await service.StatusesAsync(2, "/a", "X-Plan: tin"));
        Assert.Equal("200 200 200 503", await endpoints.StatusesAsync(4, "/e", "X-Plan: gold"));
        Assert.Equal("200 200 200 503", await endpoints.StatusesAsync(4, "/f", "X-Plan: gold"));
    }

    [Fact]
    [Spec("TRF-063")]
    public async Task Where_both_are_both_must_admit_and_what_the_service_refuses_costs_the_endpoint_nothing()
    {
        var time = new HeldStamps();
        await using var front = await Front.StartAsync(Front.TieredConfig(
            """{"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":3}}""",
            "," + Front.Tiered("""{"tier_value":"gold","ratelimit":{"max_rate":1,"every":"1s","capacity":2}}""")), new() { Time = time });

        Assert.Equal("200 200 503 503", await front.StatusesAsync(4, "/e", "X-Plan: gold"));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("200 429 503", await front.StatusesAsync(3, "/e", "X-Plan: gold"));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("200 200 503", await front.StatusesAsync(3, "/f", "X-Plan: gold"));
    }

    [Fact]
    [Spec("TRF-062", "TRF-037")]
    public async Task At_an_endpoint_the_tier_is_asked_first_and_what_it_refuses_costs_the_others_nothing()
    {
        await using var front = await Front.StartAsync(Front.TieredConfig(
            """{"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":2}}""",
            endpoint: ""","qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":3}"""));

        Assert.Equal("200 200 429 429 429", await front.StatusesAsync(5, "/e", "X-Plan: gold"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e"));
    }

    [Fact]
    [Spec("TRF-062")]
    public async Task What_another_limit_of_the_scope_refuses_has_cost_the_tier_a_token()
    {
        await using var front = await Front.StartAsync(Front.TieredConfig(
            """{"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":3}}""",
            endpoint: ""","qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":1}"""));

        Assert.Equal("200 503 503 429", await front.StatusesAsync(4, "/e", "X-Plan: gold"));
    }

    [Fact]
    [Spec("TRF-062")]
    public async Task At_the_service_the_tier_is_asked_first_too()
    {
        await using var front = await ServiceAsync("""{"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":2}}""", ""","qos/ratelimit/service":{"max_rate":1,"every":"1h","capacity":3}""");

        Assert.Equal("200 200 429 429 429", await front.StatusesAsync(5, "/a", "X-Plan: gold"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/b"));
    }

    [Fact]
    [Spec("TRF-412", "TRF-300")]
    public async Task A_tier_keeps_its_buckets_over_reloads_whatever_becomes_of_the_others()
    {
        const string Tin = """{"tier_value":"tin","ratelimit":{"max_rate":1,"every":"1h","capacity":1}}""";
        await using var front = await Front.StartAsync(Front.TieredConfig($"{Gold},{Tin}"));
        Assert.Equal("200 200 200 503", await front.StatusesAsync(4, "/e", "X-Plan: gold"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: tin"));

        await front.Gateway.ReloadAsync(Front.TieredConfig(string.Join(',', """{"tier_value":"new","ratelimit":{"max_rate":1,"every":"1h"}}""", Tin.Replace("1h", "2h", StringComparison.Ordinal), Gold)));

        Assert.Equal("503", await front.StatusesAsync(1, "/e", "X-Plan: gold"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: tin"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: new"));
        Assert.Equal("200 200 200 503", await front.StatusesAsync(4, "/f", "X-Plan: gold"));
    }

    [Fact]
    [Spec("TRF-412")]
    public async Task A_policy_and_a_literal_of_the_same_text_share_nothing()
    {
        await using var front = await Front.StartAsync(Front.TieredConfig("""
            {"tier_value":"true","tier_value_as":"literal","ratelimit":{"max_rate":1,"every":"1h"}},{"tier_value":"true","tier_value_as":"policy","ratelimit":{"max_rate":1,"every":"1h"}}
            """));

        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: true"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: other"));
    }

    private static Task<PluginFront> ServiceAsync(string tiers, string more = "") => Front.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Tiered(tiers)}}} {{{more}}} },"endpoints":[
          {"endpoint":"/a","backend":[{"url_pattern":"/b"}]},{"endpoint":"/b","backend":[{"url_pattern":"/b"}]}]}
        """);
}
