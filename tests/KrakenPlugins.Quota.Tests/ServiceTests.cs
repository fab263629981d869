using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class ServiceTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly string _name = Fresh.Name();

    [Fact, Spec("TRF-178", "TRF-162", "TRF-163")]
    public async Task The_service_counts_everything_health_and_unknown_paths_too()
    {
        await using var front = await StartAsync(Front.Quota(_name));

        var first = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");
        Assert.Equal((200, "\"year\";n=3", "\"year\";n=2"), (first.Status, first.Header("X-Quota-Limit"), first.Header("X-Quota-Remaining")));
        Assert.Equal("404 200 429", $"{await front.StatusesAsync(1, "/nowhere", "X-Plan: gold", "X-User: ann")} {await front.StatusesAsync(2, "/__health", "X-Plan: gold", "X-User: ann")}");
        var refused = await front.GetAsync("/nowhere", "X-Plan: gold", "X-User: ann");
        Assert.Equal((429, true), (refused.Status, refused.IsBare));
        Assert.NotNull(refused.Header("Retry-After"));
    }

    [Fact, Spec("TRF-179")]
    public async Task A_quota_that_a_request_crosses_twice_counts_it_twice_and_the_outer_one_has_the_last_word()
    {
        await using var front = await StartAsync(Front.Quota(_name), Front.Quota(_name));

        var reply = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");

        Assert.Equal((200, "\"year\";n=2"), (reply.Status, reply.Header("X-Quota-Remaining")));
        Assert.EndsWith("=2", redis.Server.Fields($"{_name}:literal:gold:ann"), StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-176")]
    public async Task Weights_have_no_meaning_at_the_service()
    {
        await using var front = await StartAsync(Front.Quota(_name, ",\"weight_key\":\"cost\""));
        front.Upstream.Answer("/b", """{"cost":50}""");

        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Contains(front.Gateway.Diagnostics.All, static finding => finding.Message.Contains("each request counts 1", StringComparison.Ordinal));
    }

    [Fact, Spec("TRF-182")]
    public async Task What_the_rate_limit_of_the_service_refuses_costs_nothing()
    {
        await using var front = await StartAsync(Front.Quota(_name) + ""","qos/ratelimit/service":{"max_rate":1,"every":"1h","capacity":2}""");

        Assert.Equal("200 200 503 503", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.EndsWith("=2", redis.Server.Fields($"{_name}:literal:gold:ann"), StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-439")]
    public async Task Health_shows_the_state_of_each_processor()
    {
        await using var front = await StartAsync("\"$c\":0");
        await front.Gateway.WaitForLogAsync("a: connected to");

        Assert.Contains($"\"governance/processors\":\"{_name}: ok\"", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
    }

    private Task<PluginFront> StartAsync(string service, string endpoint = "") =>
        Front.StartAsync(Front.Document($"{Front.Services(redis.Server.Address, _name)},{service}", endpoint));
}
