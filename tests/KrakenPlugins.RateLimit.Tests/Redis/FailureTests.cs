using System.Diagnostics;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

public sealed class FailureTests
{
    private const string Limits = """{$P,"client_max_rate":1,"client_capacity":2,"every":"1h","timeout":"300ms"$M}""";

    [Fact, Spec("TRF-087", "TRF-072")]
    public async Task Without_redis_requests_get_a_bare_500_and_its_return_is_noticed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(server, "");
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));
        server.Kill();
        await front.Gateway.WaitForLogAsync("no connection to");

        var refused = await front.GetAsync("/e");

        Assert.Equal((500, true, "0", null), (refused.Status, refused.IsBare, refused.Header("Content-Length"), refused.Header("Retry-After")));
        Assert.Single(front.Upstream.Received);
        Assert.Equal("200", await front.StatusesAsync(1, "/open"));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e][Ratelimit] No decision of the Redis connection 'a' (Unavailable");
        await front.Gateway.WaitForLogAsync("Error #01: rate limit not decided: no answer of Redis");
        Assert.Contains("ERROR", front.Gateway.Log, StringComparison.Ordinal);
        await server.RestartAsync();
        await Wait.UntilAsync(() => Regex.Count(front.Gateway.Log, "a: connected to") == 2, static () => "not connected again");
        // It came back empty.
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/e"));
    }

    [Fact, Spec("TRF-088")]
    public async Task Requests_go_on_uncounted_where_that_is_wanted_and_one_warning_a_second_says_so()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(server, ""","on_failure_allow":true""");
        server.Kill();
        await front.Gateway.WaitForLogAsync("no connection to");
        var watch = Stopwatch.StartNew();

        for (var i = 0; i < 30; i++)
            Assert.Equal(200, (await front.GetAsync("/e")).Status);

        await front.Gateway.WaitForLogAsync("requests that went on uncounted since the last such line: 1");
        var lines = Regex.Count(front.Gateway.Log, "WARNING.*No decision of the Redis connection 'a'");
        Assert.InRange(lines, 1, 1 + (int)watch.Elapsed.TotalSeconds);
        Assert.Equal(30, front.Upstream.Received.Count);
    }

    [Theory, Spec("TRF-087", "TRF-088", "TRF-390")]
    [InlineData("", 500)]
    [InlineData(""","on_failure_allow":true""", 200)]
    [InlineData(""","dry_run":true""", 200)]
    public async Task A_server_that_does_not_answer_holds_no_request_longer_than_the_timeout(string more, int expected)
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(server, more);
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));
        server.Freeze();
        var watch = Stopwatch.StartNew();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => front.GetAsync("/e")));

        Assert.InRange(watch.Elapsed.TotalMilliseconds, 290, 2000);
        Assert.All(replies, reply => Assert.Equal(expected, reply.Status));
        await front.Gateway.WaitForLogAsync("(Timeout: ");
        server.Thaw();
    }

    [Fact, Spec("TRF-087", "TRF-390", "TRF-077")]
    public async Task A_slow_server_is_waited_for_no_longer_than_the_timeout_and_used_again_when_it_is_fast()
    {
        await using var server = await RedisServer.StartAsync();
        await using var link = new SlowLink(server.Port);
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{"connection_pools":[{"name":"a","address":"127.0.0.1:{{{link.Port}}}"}]} },"endpoints":[
              {"endpoint":"/e","timeout":"400ms","extra_config":{"qos/ratelimit/router/redis":{"connection_name":"a","max_rate":1,"capacity":1000,"every":"1h"} },"backend":[{"url_pattern":"/b"}]}]}
            """, null, RedisFront.Folder);
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));
        link.Delay = TimeSpan.FromSeconds(1);
        var watch = Stopwatch.StartNew();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => front.GetAsync("/e")));

        Assert.InRange(watch.Elapsed.TotalMilliseconds, 390, 2000);
        Assert.All(replies, static reply => Assert.Equal(500, reply.Status));
        link.Delay = TimeSpan.Zero;
        var status = 500;
        for (watch.Restart(); status == 500 && watch.Elapsed < TimeSpan.FromSeconds(10);)
            status = (await front.GetAsync("/e")).Status;
        Assert.Equal(200, status);
    }

    [Fact, Spec("TRF-087", "TRF-391")]
    public async Task A_key_that_holds_something_else_admits_nobody()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await StartAsync(server, "");
        server.Cli("set", "x:GET /e:{127.0.0.1}", "something else");

        Assert.Equal("500", await front.StatusesAsync(1, "/e"));
        server.Cli("del", "x:GET /e:{127.0.0.1}");
        server.Cli("lpush", "x:GET /e:{127.0.0.1}", "a list");
        Assert.Equal("500", await front.StatusesAsync(1, "/e"));
        server.Cli("del", "x:GET /e:{127.0.0.1}");
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/e"));
        await front.Gateway.WaitForLogAsync("(Error: ");
    }

    [Fact, Spec("TRF-093", "TRF-071")]
    public async Task An_unknown_connection_closes_its_endpoint_and_suggests_a_name()
    {
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{"connection_pools":[{"name":"shared","address":"127.0.0.1:1"}]}},"endpoints":[
              {"endpoint":"/e","extra_config":{"qos/ratelimit/router/redis":{"connection_name":"shard","max_rate":1}},"backend":[{"url_pattern":"/b"}]},
              {"endpoint":"/open","backend":[{"url_pattern":"/b"}]}]}
            """, null, RedisFront.Folder);

        Assert.Equal("500", await front.StatusesAsync(1, "/e"));
        Assert.Equal("200", await front.StatusesAsync(1, "/open"));
        await front.Gateway.WaitForLogAsync("\"shard\" is no Redis connection");
        Assert.Contains("did you mean \"shared\"", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Empty(front.Upstream.ReceivedAt("/e"));
    }

    [Theory, Spec("TRF-093", "TRF-033", "TRF-009", "TRF-392")]
    [InlineData("""{"connection_name":"b","max_rate":1}""", "\"b\" is no Redis connection")]
    [InlineData("""{"max_rate":1}""", "\"connection_name\" is required")]
    [InlineData("""{"connection_name":"a","max_rate":"1"}""", "without quotes")]
    [InlineData("""{"connection_name":"a","max_rate":1,"capacity":-1}""", "expected 0 or more")]
    [InlineData("""{"connection_name":"a","max_rate":1,"prefix":"x{y}"}""", "without braces")]
    [InlineData("""{"connection_name":"a","max_rate":1,"prefix":"two words"}""", "visible characters")]
    [InlineData("""{"connection_name":"a","client_max_rate":1,"strategy":"param","key":"id"}""", "placeholders")]
    [InlineData("""{"connection_name":"a","client_max_rate":1,"strategy":"jwt"}""", "tokens")]
    [InlineData("""{"connection_name":"a","max_rate":1,"error":{"status":200}}""", "400 to 599")]
    [InlineData("7", "expected an object")]
    public async Task What_cannot_protect_the_service_refuses_the_start(string limit, string reason)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{"connection_pools":[{"name":"a","address":"127.0.0.1:1"}]},"qos/ratelimit/service/redis":{{{limit}}} },"endpoints":[]}
            """, null, RedisFront.Folder));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    private static Task<PluginFront> StartAsync(RedisServer server, string more) =>
        RedisFront.RouterAsync(server, "x:", Limits.Replace("$M", more, StringComparison.Ordinal), """,{"endpoint":"/open","backend":[{"url_pattern":"/b"}]}""");
}
