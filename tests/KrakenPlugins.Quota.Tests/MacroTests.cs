using Gateway.Core.Server;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

/// <summary>The macro <c>quotaProcessor</c> of security policies.</summary>
public sealed class MacroTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private static readonly string s_policies = PluginFront.Folder("Policies", "policies");

    private readonly string _name = Fresh.Name();

    [Fact, Spec("TRF-441", "SEC-097")]
    public async Task A_policy_asks_whether_anything_is_left_and_counts_nothing()
    {
        await using var front = await StartAsync($"quotaProcessor('{_name}', 'gold', 'gold', getHeader('X-User'))");

        Assert.Equal("200 200 200 200 200", await front.StatusesAsync(5, "/policy", "X-User: ann"));
        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("418", await front.StatusesAsync(1, "/policy", "X-User: ann"));
        Assert.Equal("200", await front.StatusesAsync(1, "/policy", "X-User: bob"));
    }

    [Theory, Spec("TRF-441")]
    [InlineData("quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 2)", "200 418")]
    [InlineData("quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 2) && quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 2)", "200 418")]
    [InlineData("quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 1) && quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 2)", "200 418")]
    [InlineData("!quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 3)", "418 200")]
    [InlineData("quotaProcessor('$', 'gold', 'gold', getHeader('X-User'), 3) || getHeader('X-User') == 'ann'", "200 200")]
    [InlineData("quotaProcessor('$', 'gold', 'gold', '')", "418 418")]
    [InlineData("quotaProcessor('$', 'gold', 'gold', 'a', -1)", "418 418")]
    [InlineData("quotaProcessor('nobody', 'gold', 'gold', 'a')", "418 418")]
    [InlineData("quotaProcessor('$', 'nothing', 'gold', 'a')", "418 418")]
    public async Task With_a_weight_it_takes_and_errors_refuse(string policy, string statuses)
    {
        await using var front = await StartAsync(policy.Replace("$", _name, StringComparison.Ordinal));

        Assert.Equal(statuses, await front.StatusesAsync(2, "/policy", "X-User: ann"));
    }

    [Fact, Spec("TRF-441")]
    public async Task Attack_by_policies_that_ask_without_end_is_refused()
    {
        await using var front = await StartAsync($"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17].all(i, quotaProcessor('{_name}', 'gold', 'gold', 'u' + string(i)))");

        Assert.Equal("418", await front.StatusesAsync(1, "/policy"));
    }

    [Fact, Spec("TRF-441")]
    public async Task An_answer_may_be_judged_by_a_quota_too()
    {
        await using var front = await StartAsync($"quotaProcessor('{_name}', 'gold', 'gold', 'all', int(resp_data.cost))", "resp");
        front.Upstream.Answer("/b", """{"cost":2}""");

        Assert.Equal("200 418", await front.StatusesAsync(2, "/policy"));
    }

    [Fact, Spec("TRF-441", "SEC-220")]
    public async Task Policies_over_claims_do_not_know_it()
    {
        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync("quotaProcessor('a', 'b', 'c', 'd')", "jwt"));

        Assert.Contains("do not know req_*", failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-441")]
    public async Task Without_processors_it_refuses()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/policy","backend":[{"url_pattern":"/b"}],"extra_config":{"security/policies":{"req":{"policies":["quotaProcessor('a','b','c','d')"],"error":{"status":418}}}}}]}
            """, null, s_policies);

        Assert.Equal("418", await front.StatusesAsync(1, "/policy"));
    }

    private Task<PluginFront> StartAsync(string policy, string group = "req") => PluginFront.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
          {"endpoint":"/policy","input_headers":["X-User"],"backend":[{"url_pattern":"/b"}],"extra_config":{"security/policies":{"{{{group}}}":{"policies":["{{{policy}}}"],"error":{"status":418} } } } },
          {"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Quota(_name)}}} } }]}
        """, null, [.. Front.Folders, s_policies]);
}
