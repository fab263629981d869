using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests;

public sealed class OptInTests
{
    [Fact]
    [Spec("TRF-301")]
    public async Task Answers_tell_what_is_left_and_refusals_when_to_come_again()
    {
        var time = new HeldStamps();
        await using var front = await Front.RouterAsync("""{"max_rate":6,"every":"1m","capacity":5,"client_max_rate":12,"client_capacity":2,"every":"1m","strategy":"header","key":"X-Who","headers":true}""", options: new() { Time = time });

        var first = await front.GetAsync("/e", "X-Who: a");
        Assert.Equal((200, "\"endpoint-client\";q=2;w=10|\"endpoint\";q=5;w=50", "\"endpoint-client\";r=1;t=5|\"endpoint\";r=4;t=10", null),
            (first.Status, Joined(first, "RateLimit-Policy"), Joined(first, "RateLimit"), first.Header("Retry-After")));
        time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(200, (await front.GetAsync("/e", "X-Who: a")).Status);
        var refused = await front.GetAsync("/e", "X-Who: a");
        Assert.Equal((429, "\"endpoint-client\";r=0;t=9", "4"), (refused.Status, Joined(refused, "RateLimit"), refused.Header("Retry-After")));
        Assert.Equal("200 200 200 503", string.Join(' ', await front.StatusesAsync(2, "/e", "X-Who: b"), await front.StatusesAsync(2, "/e", "X-Who: c")));
        var unknown = await front.GetAsync("/e");
        Assert.Equal((429, null, null), (unknown.Status, unknown.Header("RateLimit"), unknown.Header("Retry-After")));
    }

    [Fact]
    [Spec("TRF-302")]
    public async Task Refusals_have_the_status_and_body_that_the_configuration_says()
    {
        await using var front = await Front.RouterAsync("""
            {"max_rate":1,"every":"1h","capacity":1,"client_max_rate":1,"strategy":"header","key":"X-Who",
             "error":{"status":429,"body":"{\"error\":\"busy\"}"},"client_error":{"body":"slow down","content_type":"text/plain"}}
            """);
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Who: a"));

        var client = await front.GetAsync("/e", "X-Who: a");
        var shared = await front.GetAsync("/e", "X-Who: b");

        Assert.Equal((429, "slow down", "text/plain"), (client.Status, client.Body, client.Header("Content-Type")));
        Assert.Equal((429, """{"error":"busy"}""", "application/json"), (shared.Status, shared.Body, shared.Header("Content-Type")));
    }

    [Fact]
    [Spec("TRF-303")]
    public async Task A_limit_that_only_watches_refuses_nothing_and_notes_it()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h","client_max_rate":1,"strategy":"header","key":"X-Who","dry_run":true}""");

        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e", "X-Who: a"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));
        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded (dry run)");
    }

    [Fact]
    public async Task The_example_of_the_readme_runs()
    {
        await using var front = await Front.StartAsync(PluginFront.ReadmeExample(Front.Folder).Replace("http://127.0.0.1:8081", "$UPSTREAM", StringComparison.Ordinal), new() { Time = new HeldStamps() });

        Assert.Equal("200 200", await front.StatusesAsync(2, "/orders/7"));
        Assert.Empty(front.Gateway.Diagnostics.All);
        for (var i = 0; i < 8; i++)
            Assert.Equal(200, (await front.GetAsync("/orders/7")).Status);
        Assert.Equal((429, """{"error":"slow down"}"""), ((await front.GetAsync("/orders/7")).Status, (await front.GetAsync("/orders/7")).Body));
    }

    private static string? Joined(FrontReply reply, string name) => reply.Header(name);
}
