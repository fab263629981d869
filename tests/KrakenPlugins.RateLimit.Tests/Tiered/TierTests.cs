using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Tiered;

/// <summary>Which tier acts, and what it does.</summary>
public sealed class TierTests
{
    [Fact]
    [Spec("TRF-054", "TRF-060")]
    public async Task A_literal_is_the_exact_value_of_the_header()
    {
        await using var front = await StartAsync("""{"tier_value":"gold","ratelimit":{"max_rate":1,"every":"1h","capacity":2}}""");

        Assert.Equal("200 200 503", await front.StatusesAsync(3, "/e", "X-Plan: gold"));
        Assert.Equal("503", await front.StatusesAsync(1, "/e", "x-PLAN: gold"));
        foreach (var other in new[] { "Gold", "golden", "gol", "gold,silver" })
            Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e", $"X-Plan: {other}"));
        var refused = await front.GetAsync("/e", "X-Plan: gold");
        Assert.Equal((503, true, "0", null), (refused.Status, refused.IsBare, refused.Header("Content-Length"), refused.Header("Retry-After")));
        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded");
        Assert.Equal(2 + 12, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("TRF-055")]
    public async Task A_policy_decides_by_the_text_of_the_header()
    {
        await using var front = await StartAsync("""{"tier_value":"value.matches('Account-[a-zA-Z]+')","tier_value_as":"policy","ratelimit":{"client_max_rate":1,"every":"1h","strategy":"header","key":"X-Plan"}}""");

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Plan: Account-abcdef"));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Plan: an Account-b of many"));
        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e", "X-Plan: Account-12"));
        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e"));
        Assert.Empty(front.Gateway.Diagnostics.All);
    }

    [Fact]
    [Spec("TRF-056")]
    public async Task An_asterisk_takes_every_request_and_leaves_none_to_the_tiers_behind_it()
    {
        await using var front = await StartAsync("""
            {"tier_value":"gold","ratelimit":{"max_rate":1,"every":"1h","capacity":2}},
            {"tier_value_as":"*","ratelimit":{"max_rate":1,"every":"1h","capacity":3}},
            {"tier_value":"silver","ratelimit":{"max_rate":1,"every":"1h","capacity":50}}
            """);

        Assert.Equal("200 200 200 503 503", string.Join(' ', await front.StatusesAsync(1, "/e"), await front.StatusesAsync(1, "/e", "X-Plan: tin"), await front.StatusesAsync(2, "/e", "X-Plan: silver"), await front.StatusesAsync(1, "/e", "X-Plan:")));
        Assert.Equal("200 200 503", await front.StatusesAsync(3, "/e", "X-Plan: gold"));
        Assert.All(front.Gateway.Diagnostics.All, static f => Assert.Contains("tiers[1] above matches every one", f.Message, StringComparison.Ordinal));
        Assert.Equal(2, front.Gateway.Diagnostics.All.Count);
    }

    [Fact]
    [Spec("TRF-057")]
    public async Task Only_the_first_tier_that_matches_is_charged()
    {
        await using var front = await StartAsync("""
            {"tier_value":"gold-1","ratelimit":{"max_rate":1,"every":"1h","capacity":2}},
            {"tier_value":"value.startsWith('gold')","tier_value_as":"policy","ratelimit":{"max_rate":1,"every":"1h","capacity":2}}
            """);

        Assert.Equal("200 200 503 503", await front.StatusesAsync(4, "/e", "X-Plan: gold-1"));
        Assert.Equal("200 200 503", await front.StatusesAsync(3, "/e", "X-Plan: gold-2"));
    }

    [Fact]
    [Spec("TRF-058", "TRF-410")]
    public async Task Who_is_in_no_tier_has_the_other_limits_alone()
    {
        await using var front = await Front.StartAsync(Front.TieredConfig("""{"tier_value":"gold","ratelimit":{"max_rate":1,"every":"1h"}}""", endpoint: ""","qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":5}"""));

        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: gold"));
        Assert.Equal("200 200 200 200 503", string.Join(' ', await front.StatusesAsync(2, "/e", "X-Plan: tin"), await front.StatusesAsync(3, "/e")));
    }

    [Fact]
    [Spec("TRF-410")]
    public async Task Leaving_the_header_away_is_having_none()
    {
        await using var front = await StartAsync("""{"tier_value":"value != 'gold'","tier_value_as":"policy","ratelimit":{"max_rate":1,"every":"1h","capacity":2}}""");

        Assert.Equal("200 200 503", string.Join(' ', await front.StatusesAsync(1, "/e"), await front.StatusesAsync(2, "/e", "X-Plan: tin")));
        var raw = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", "X-Plan: tin", "X-Plan: gold");
        Assert.StartsWith("HTTP/1.1 503", raw, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-059", "TRF-060")]
    public async Task Each_tier_has_buckets_of_its_own_for_all_and_for_each_of_its_users()
    {
        await using var front = await StartAsync("""
            {"tier_value":"gold","ratelimit":{"max_rate":1,"every":"1h","capacity":4,"client_max_rate":1,"client_capacity":3,"strategy":"header","key":"X-User"}},
            {"tier_value":"silver","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":2,"strategy":"header","key":"X-User"}}
            """);

        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ada"));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/e", "X-Plan: silver", "X-User: ada"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: bob"));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/e", "X-Plan: silver", "X-User: bob"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Plan: silver"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Plan: gold"));
    }

    [Fact]
    [Spec("TRF-413")]
    public async Task What_limits_have_beside_works_in_tiers_too()
    {
        await using var front = await Front.StartAsync(Front.TieredConfig("""
            {"tier_value":"gold","ratelimit":{"max_rate":6,"every":"1m","capacity":5,"client_max_rate":6,"client_capacity":1,"strategy":"header","key":"X-User","headers":true,"client_error":{"body":"{\"error\":\"slow down\"}"}}},
            {"tier_value":"tin","ratelimit":{"max_rate":1,"every":"1h","dry_run":true}}
            """), new() { Time = new HeldStamps() });

        var first = await front.GetAsync("/e", "X-Plan: gold", "X-User: ada");
        var second = await front.GetAsync("/e", "X-Plan: gold", "X-User: ada");
        Assert.Equal((200, "\"endpoint-tier-client\";r=0;t=10|\"endpoint-tier\";r=4;t=10"), (first.Status, first.Header("RateLimit")));
        Assert.Equal((429, """{"error":"slow down"}""", "10"), (second.Status, second.Body, second.Header("Retry-After")));
        Assert.Equal("200 200", await front.StatusesAsync(2, "/e", "X-Plan: tin"));
        await front.Gateway.WaitForLogAsync("rate limit exceded (dry run)");
        Assert.Contains("[ENDPOINT: /e][Tier 0][Ratelimit] Rate limit enabled: requests per second 0.1, capacity 5", front.Gateway.Log, StringComparison.Ordinal);
    }

    private static Task<PluginFront> StartAsync(string tiers) => Front.StartAsync(Front.TieredConfig(tiers));
}
