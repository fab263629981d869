using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests;

public sealed class BackendTests
{
    private const string Once = """{"qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":1}}""";

    [Fact]
    [Spec("TRF-039", "TRF-012")]
    public async Task The_next_call_passes_when_there_is_a_token_again()
    {
        var time = new HeldStamps();
        await using var front = await StartAsync("""{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"qos/ratelimit/proxy":{"max_rate":0.5,"every":"1s","capacity":1}}}]}""", options: new() { Time = time });

        Assert.Equal("200 500", await front.StatusesAsync(2, "/e"));
        time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.Equal("500", await front.StatusesAsync(1, "/e"));
        Assert.Single(front.Upstream.Received);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("200 500", await front.StatusesAsync(2, "/e"));
    }

    [Theory]
    [Spec("TRF-040")]
    [InlineData("", "")]
    [InlineData(""","extra_config":{"router":{"return_error_msg":true}}""", "rate limit exceded")]
    public async Task A_refusal_is_an_error_of_the_backend(string root, string body)
    {
        await using var front = await StartAsync($$"""{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{{Once}} }]}""", root);
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));

        var refused = await front.GetAsync("/e");

        Assert.Equal((500, body, "false"), (refused.Status, refused.Body, refused.Header("X-Krakend-Completed")));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e] rate limit exceded");
        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded");
    }

    [Fact]
    [Spec("TRF-040")]
    public async Task Beside_others_that_answer_it_is_a_partial_answer()
    {
        await using var front = await StartAsync($$"""{"endpoint":"/e","backend":[{"url_pattern":"/b","group":"a","extra_config":{{Once}} },{"url_pattern":"/c","group":"c"}]}""");
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));

        var partial = await front.GetAsync("/e");

        Assert.Equal((200, """{"c":{"from":"backend"}}""", "false"), (partial.Status, partial.Body, partial.Header("X-Krakend-Completed")));
        await front.Gateway.WaitForLogAsync("rate limit exceded");
    }

    [Fact]
    [Spec("TRF-041")]
    public async Task Every_backend_has_a_bucket_for_all_its_hosts_and_clients()
    {
        await using var front = await StartAsync($$"""
            {"endpoint":"/e","backend":[{"host":["$UPSTREAM","$UPSTREAM/"],"url_pattern":"/b","extra_config":{{Once}} }]},
            {"endpoint":"/f","backend":[{"url_pattern":"/b","extra_config":{{Once}} }]},
            {"endpoint":"/twice","backend":[{"url_pattern":"/b","group":"a","extra_config":{{Once}} },{"url_pattern":"/b","group":"b","extra_config":{{Once}} }]}
            """);

        Assert.Equal("200 500", await front.StatusesAsync(2, "/e"));
        Assert.Equal("200 500", await front.StatusesAsync(2, "/f"));
        var both = await front.GetAsync("/twice");
        Assert.Equal((200, "true"), (both.Status, both.Header("X-Krakend-Completed")));
    }

    [Fact]
    [Spec("TRF-042")]
    public async Task Each_of_concurrent_calls_takes_a_token_and_one_is_enough()
    {
        await using var front = await StartAsync("""{"endpoint":"/e","concurrent_calls":3,"backend":[{"url_pattern":"/b","extra_config":{"qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":4}}}]}""");

        Assert.Equal("200 200 500", await front.StatusesAsync(3, "/e"));
    }

    [Fact]
    [Spec("TRF-043", "TRF-044")]
    public async Task The_limit_stands_within_the_breaker_and_around_the_cache()
    {
        var registry = new PluginRegistry();
        int failures = 0, calls = 0;
        var isOpen = false;
        registry.Backend("test/breaker", BackendStages.CircuitBreaker, (_, _, _) => new ProxyStep(async (request, next, token) =>
        {
            if (isOpen)
                return new GatewayError(GatewayErrorKind.Rejected, "open");
            var result = await next(request, token);
            failures += result.Error is null ? 0 : 1;
            return result;
        }));
        registry.Client("test/cache", ClientStages.Cache, (_, _, _) => new CountingClient(() => calls++));
        await using var front = await StartAsync("""{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"test/breaker":{},"test/cache":{},"qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":2}}}]}""", options: new() { Plugins = registry });

        Assert.Equal("200", await front.StatusesAsync(1, "/e"));
        isOpen = true;
        Assert.Equal("500 500", await front.StatusesAsync(2, "/e"));
        isOpen = false;
        Assert.Equal("200 500 500", await front.StatusesAsync(3, "/e"));
        Assert.Equal((2, 2), (failures, calls));
    }

    [Fact]
    [Spec("TRF-045")]
    public async Task A_step_of_a_sequence_fails_and_a_shadow_does_so_in_silence()
    {
        await using var front = await StartAsync($$$$"""
            {"endpoint":"/s","backend":[{"url_pattern":"/1","group":"a"},{"url_pattern":"/2/{resp0_a.from}","group":"b","extra_config":{{{{Once}}}} },{"url_pattern":"/3","group":"c"}],"extra_config":{"proxy":{"sequential":true}}},
            {"endpoint":"/shadow","backend":[{"url_pattern":"/b"},{"url_pattern":"/shadowed","extra_config":{"proxy":{"shadow":true},"qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":1}}}]}
            """);
        Assert.Equal("200", await front.StatusesAsync(1, "/s"));

        var partial = await front.GetAsync("/s");
        Assert.Equal("false", partial.Header("X-Krakend-Completed"));
        Assert.DoesNotContain("\"b\"", partial.Body, StringComparison.Ordinal);
        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/shadow"));
        await Wait.UntilAsync(() => front.Upstream.Received.Any(static r => r.Target == "/shadowed"), static () => "no shadow");
        Assert.Single(front.Upstream.Received, static r => r.Target == "/shadowed");
    }

    [Fact]
    [Spec("TRF-046", "TRF-011")]
    public async Task The_start_is_logged_and_windows_below_a_second_are_kept()
    {
        await using var front = await StartAsync("""
            {"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"qos/ratelimit/proxy":{"max_rate":1,"every":"10ms","capacity":0}}}]},
            {"endpoint":"/f","backend":[{"url_pattern":"/wrong","extra_config":{"qos/ratelimit/proxy":5}}]}
            """);

        await front.Gateway.WaitForLogAsync("[BACKEND: /b][Ratelimit] Enabling the rate limiter");
        await front.Gateway.WaitForLogAsync("[BACKEND: /b][Ratelimit] Rate limit enabled: calls per second 100, capacity 100");
        await front.Gateway.WaitForLogAsync("[BACKEND: /wrong][Ratelimit] wrong extra config");
        Assert.Equal("200 200", await front.StatusesAsync(2, "/f"));
    }

    [Fact]
    [Spec("TRF-302", "TRF-303")]
    public async Task A_failure_of_its_own_and_a_limit_that_only_watches()
    {
        await using var front = await StartAsync("""
            {"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":1,"error":{"status":429,"body":"{\"error\":\"later\"}"}}}}]},
            {"endpoint":"/dry","backend":[{"url_pattern":"/b","extra_config":{"qos/ratelimit/proxy":{"max_rate":1,"every":"1h","capacity":1,"dry_run":true}}}]}
            """);
        Assert.Equal("200", await front.StatusesAsync(1, "/e"));

        var refused = await front.GetAsync("/e");

        Assert.Equal((429, """{"error":"later"}""", "application/json"), (refused.Status, refused.Body, refused.Header("Content-Type")));
        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/dry"));
        await front.Gateway.WaitForLogAsync("[BACKEND: /b][Ratelimit] Dry run: 1 would have been refused");
    }

    private static Task<PluginFront> StartAsync(string endpoints, string root = "", TestGatewayOptions? options = null) =>
        Front.StartAsync($$$"""{"version":3,"host":["$UPSTREAM"]{{{root}}},"endpoints":[{{{endpoints}}}]}""", options);

    private sealed class CountingClient(Action count) : IClientMiddleware
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            count();
            return next(request, cancellationToken);
        }
    }
}
