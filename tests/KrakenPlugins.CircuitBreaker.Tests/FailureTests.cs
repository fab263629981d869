using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>What a breaker takes for a failure: each opens it at once, and the next call is refused.</summary>
public sealed class FailureTests
{
    private const string AtOnce = """{"timeout":60,"max_errors":0,"interval":0}""";

    [Theory]
    [Spec("TRF-108")]
    [InlineData(",\"host\":[\"http://127.0.0.1:81\"]", "")]
    [InlineData(",\"host\":[\"http://nobody.invalid\"]", "")]
    [InlineData(",\"host\":[\"https://127.0.0.1:81\"]", "")]
    [InlineData(",\"host\":[\"http://127.0.0.1:81\"],\"encoding\":\"no-op\"", ",\"output_encoding\":\"no-op\"")]
    [InlineData("", ",\"timeout\":\"100ms\"")]
    public async Task Calls_without_answer_are_failures_with_every_encoding(string backend, string endpoint)
    {
        await using var front = await Front.StartDocumentAsync(Front.Document(AtOnce, "", backend, endpoint: endpoint));
        front.Upstream.On("/b", context => endpoint.Contains("timeout", StringComparison.Ordinal) ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask);

        await front.GetAsync("/e");

        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
    }

    [Theory]
    [Spec("TRF-109", "TRF-111")]
    [InlineData(500, "{}", true)]
    [InlineData(404, "{}", true)]
    [InlineData(202, "{}", true)]
    [InlineData(204, "", true)]
    [InlineData(200, "{", true)]
    [InlineData(200, "{}", false)]
    [InlineData(201, "{}", false)]
    public async Task Statuses_and_bodies_count_where_answers_are_decoded(int status, string body, bool opens)
    {
        foreach (var more in new[] { "", ",\"backend/http\":{\"return_error_code\":true}", ",\"backend/http\":{\"return_error_details\":\"b\"}" })
        {
            await using var front = await Front.StartDocumentAsync($$"""
                {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{{AtOnce}} {{more}} } }]}]}
                """);
            front.Upstream.On("/b", async context =>
            {
                context.Response.StatusCode = status;
                if (body.Length > 0)
                    await context.Response.WriteAsync(body);
            });

            var first = await front.GetAsync("/e");
            await front.GetAsync("/e");

            Assert.Equal(opens ? 1 : 2, front.Upstream.Received.Count);
            if (status == 404)
                Assert.Equal(more.Contains("details", StringComparison.Ordinal), first.Body.Contains("error_b", StringComparison.Ordinal));
        }
    }

    [Fact]
    [Spec("TRF-110")]
    public async Task What_a_no_op_backend_answers_is_a_success()
    {
        await using var front = await Front.StartDocumentAsync(Front.Document(AtOnce, "", ",\"encoding\":\"no-op\"", endpoint: ",\"output_encoding\":\"no-op\""));
        front.Upstream.Answer("/b", "broken", 500);

        for (var i = 0; i < 3; i++)
            Assert.Equal((500, "broken"), ((await front.GetAsync("/e")) is var reply ? (reply.Status, reply.Body) : default));

        Assert.Equal(3, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("TRF-108", "TRF-113")]
    public async Task Refusals_and_exceptions_further_in_are_failures()
    {
        foreach (var throws in new[] { false, true })
        {
            var plugins = new PluginRegistry();
            plugins.Backend("qos/ratelimit/proxy", BackendStages.RateLimit, (_, _, _) => new Inner(throws));
            await using var front = await Front.StartDocumentAsync($$"""
                {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"return_error_msg":true} },"endpoints":[{"endpoint":"/e","backend":[
                  {"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{{AtOnce}},"qos/ratelimit/proxy":{} } }]}]}
                """, plugins);

            Assert.Equal(500, (await front.GetAsync("/e")).Status);

            Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
            Assert.Empty(front.Upstream.Received);
        }
    }

    [Fact]
    [Spec("TRF-112")]
    public async Task A_client_that_leaves_says_nothing_and_makes_room_for_the_next_probe()
    {
        await using var front = await Front.StartAsync(AtOnce);
        var arrived = new SemaphoreSlim(0);
        front.Upstream.On("/b", async context =>
        {
            arrived.Release();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await LeaveAsync();
        front.Upstream.Answer("/b", "{", 500);
        Assert.NotEqual("circuit breaker is open", (await front.GetAsync("/e")).Body);
        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
        front.Time.Advance(TimeSpan.FromSeconds(61));
        front.Upstream.On("/b", async context =>
        {
            arrived.Release();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await LeaveAsync();
        front.Upstream.Answer("/b", "{}");

        // The gateway hears a moment later that the client has left.
        FrontReply reply;
        var deadline = DateTime.UtcNow.AddSeconds(10);
        do
            reply = await front.GetAsync("/e");
        while (reply.Body == "too many requests" && DateTime.UtcNow < deadline);
        Assert.Equal((200, "{}"), (reply.Status, reply.Body));

        async Task LeaveAsync()
        {
            using var leaving = new CancellationTokenSource();
            var call = front.Gateway.Client.GetAsync("/e", leaving.Token);
            await arrived.WaitAsync(TimeSpan.FromSeconds(10));
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
    }

    [Fact]
    [Spec("TRF-112")]
    public async Task Attempts_that_lost_say_nothing()
    {
        await using var front = await Front.StartDocumentAsync(Front.Document(AtOnce, "", endpoint: ",\"concurrent_calls\":3"));
        var calls = 0;
        front.Upstream.On("/b", async context =>
        {
            if (Interlocked.Increment(ref calls) % 3 != 0)
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            await context.Response.WriteAsync("{}");
        });

        for (var i = 0; i < 5; i++)
            Assert.Equal((200, "{}"), ((await front.GetAsync("/e")) is var reply ? (reply.Status, reply.Body) : default));
    }

    [Fact]
    [Spec("TRF-117")]
    public async Task An_answer_out_of_a_cache_is_a_success_and_is_not_served_while_open()
    {
        var cache = new Cache();
        var plugins = new PluginRegistry();
        plugins.Client("qos/http-cache", ClientStages.Cache, (_, _, _) => cache);
        await using var front = await Front.StartDocumentAsync($$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"return_error_msg":true} },"endpoints":[{"endpoint":"/e","backend":[
              {"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{"timeout":60,"max_errors":1,"interval":0},"qos/http-cache":{} } }]}]}
            """, plugins);
        front.Upstream.Answer("/b", "no", 500);

        foreach (var hit in new[] { false, true, false })
        {
            cache.Hits = hit;
            Assert.Equal(hit ? 200 : 500, (await front.GetAsync("/e")).Status);
        }
        await front.GetAsync("/e");
        cache.Hits = true;

        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
    }

    private sealed class Inner(bool throws) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
            throws ? throw new InvalidOperationException("unexpected") : new(new GatewayError(GatewayErrorKind.Rejected, "rate limit exceded"));
    }

    private sealed class Cache : IClientMiddleware
    {
        public bool Hits { get; set; }

        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken) =>
            Hits ? new(new SyntheticResponse("{}"u8.ToArray())) : next(request, cancellationToken);
    }
}
