using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Tiered;

public sealed class FaultTests
{
    [Theory]
    [Spec("TRF-414", "TRF-067")]
    [InlineData("""[]""", "\"tier_key\" is required")]
    [InlineData("""true""", "expected an object")]
    [InlineData("""{"tiers":[{"tier_value_as":"*"}]}""", "\"tier_key\" is required")]
    [InlineData("""{"tier_key":"X-Plan"}""", "\"tiers\" is required")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[]}""", "tiers: expected a list with a tier at least")]
    [InlineData("""{"tier_key":"X Plan","tiers":[{"tier_value_as":"*"}]}""", "tier_key: expected the name of the header")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value":"a","tier_value_as":"policys"}]}""", "tiers[0].tier_value_as: \"policys\" is no way to compare; did you mean \"policy\"?")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value":"value.startWith('a')","tier_value_as":"policy"}]}""", "tiers[0].tier_value: the policy \"value.startWith('a')\" of tier 0: line 1")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value":"req_path == value","tier_value_as":"policy"}]}""", "the only variable is value")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value_as":"*","ratelimit":3}]}""", "tiers[0].ratelimit: expected an object")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value_as":"*","ratelimit":{"max_rate":"5"}}]}""", "tiers[0].ratelimit.max_rate: expected a number, without quotes")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value_as":"*","ratelimit":{"max_rate":5,"capacity":-1}}]}""", "tiers[0].ratelimit.capacity: expected 0 or more requests")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value":"a","ratelimit":{"max_rate":5}},{"tier_value":"b","ratelimit":{"client_max_rate":5,"strategy":"header"}}]}""", "tiers[1].ratelimit.key: clients cannot be told apart without it")]
    public async Task What_cannot_be_read_refuses_the_start_and_says_where(string config, string expected)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(config));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Matches(@"\.json:\d+:\d+ qos/ratelimit/tiered", exception.Message);
    }

    [Theory]
    [Spec("TRF-414", "TRF-056", "TRF-066")]
    [InlineData("""{"tier_value":"gold","ratelimits":{"max_rate":1}}""", ConfigSeverity.Warning, "did you mean \"ratelimit\"?")]
    [InlineData("""{"tier_value":"gold","max_rate":1}""", ConfigSeverity.Warning, "rates belong into \"ratelimit\"")]
    [InlineData("""{"tier_value":"gold"}""", ConfigSeverity.Notice, "the tier has no limit")]
    [InlineData("""{"tier_value":"gold","ratelimit":{"maxRate":1,"max_rate":1}}""", ConfigSeverity.Warning, "the attribute is \"max_rate\"")]
    [InlineData("""{"tier_value":"gold","ratelimit":{"max_rate":1}},{"tier_value":"gold","ratelimit":{"max_rate":1}}""", ConfigSeverity.Warning, "tiers[0] above has the same value")]
    [InlineData("""{"tier_value_as":"*","ratelimit":{"max_rate":1}},{"tier_value":"gold","ratelimit":{"max_rate":1}}""", ConfigSeverity.Warning, "tiers[0] above matches every one")]
    [InlineData("""{"tier_value":"gold","ratelimit":{"client_max_rate":1,"strategy":"header","key":"x-plan"}}""", ConfigSeverity.Warning, "\"x-plan\" is the tier_key")]
    [InlineData("""{"tier_value":"gold","ratelimit":{"client_max_rate":1,"strategy":"Header","key":"X-Plan"}}""", ConfigSeverity.Warning, "expected the header that names the user")]
    public async Task What_has_not_the_effect_that_is_meant_is_said(string tiers, ConfigSeverity severity, string expected)
    {
        await using var front = await StartAsync($$"""{"tier_key":"X-Plan","tiers":[{{tiers}}]}""");

        Assert.Contains(front.Gateway.Diagnostics.All, f => f.Severity == severity && f.Message.Contains(expected, StringComparison.Ordinal) && f.Path.Contains(".tiers[", StringComparison.Ordinal) && f.Position.Line > 0);
    }

    [Theory]
    [Spec("TRF-066")]
    [InlineData("""{"tier_value":"value.matches('^acc-')","tier_value_as":"policy","ratelimit":{"client_max_rate":1,"strategy":"header","key":"X-Plan"}}""")]
    [InlineData("""{"tier_value_as":"*","ratelimit":{"client_max_rate":1,"strategy":"header","key":"X-Plan"}}""")]
    [InlineData("""{"tier_value":"gold","ratelimit":{"client_max_rate":1,"strategy":"header","key":"X-User"}}""")]
    [InlineData("""{"tier_value":"gold","ratelimit":{"max_rate":1,"client_max_rate":0}}""")]
    public async Task What_may_be_meant_so_is_not(string tiers)
    {
        await using var front = await StartAsync($$"""{"tier_key":"X-Plan","tiers":[{{tiers}}]}""");

        Assert.Empty(front.Gateway.Diagnostics.All);
    }

    private static Task<PluginFront> StartAsync(string config) => Front.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"endpoints":[
          {"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{
            "qos/ratelimit/tiered":{{{config}}} }}]}
        """);
}
