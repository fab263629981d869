using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.CircuitBreaker.Tests;

public sealed class HttpBreakerTests
{
    private const string NoOp = ",\"output_encoding\":\"no-op\"";
    private const string Settings = """{"interval":0,"timeout":10,"max_errors":2,"name":"h","log_status_change":true,"valid_status_codes":[200,201,404]}""";

    [Theory]
    [Spec("TRF-120", "TRF-121")]
    [InlineData(true, 500, 3)]
    [InlineData(true, 404, 6)]
    [InlineData(true, 204, 3)]
    [InlineData(false, 500, 3)]
    [InlineData(false, 404, 6)]
    public async Task Statuses_that_are_not_listed_are_failures_and_answers_stay_as_they_are(bool isNoOp, int status, int reached)
    {
        await using var front = await StartAsync(Settings, isNoOp);
        front.Upstream.On("/b", context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        for (var i = 0; i < 6; i++)
        {
            var reply = await front.GetAsync("/e");
            if (i < reached)
                Assert.Equal(isNoOp ? status : 500, reply.Status);
            else
                Assert.Equal((500, "circuit breaker is open"), (reply.Status, reply.Body));
        }

        Assert.Equal(reached, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("TRF-120", "TRF-115")]
    public async Task It_has_the_same_states_and_counts_calls_without_answer()
    {
        await using var front = await StartAsync(Settings, isNoOp: true, backend: ",\"host\":[\"http://127.0.0.1:81\"]");

        for (var i = 0; i < 3; i++)
            Assert.NotEqual("circuit breaker is open", (await front.GetAsync("/e")).Body);
        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
        front.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.NotEqual("circuit breaker is open", (await front.GetAsync("/e")).Body);

        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
        await front.Gateway.WaitForLogAsync("[CB] Circuit breaker named 'h' went from 'half-open' to 'open'");
    }

    [Fact]
    [Spec("TRF-112", "TRF-120")]
    public async Task A_client_that_leaves_says_nothing_here_too()
    {
        await using var front = await StartAsync("""{"interval":0,"timeout":10,"max_errors":0,"valid_status_codes":[200]}""", isNoOp: true);
        var arrived = new SemaphoreSlim(0);
        var gone = new SemaphoreSlim(0);
        front.Upstream.On("/b", async context =>
        {
            arrived.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            finally
            {
                gone.Release();
            }
        });
        using (var leaving = new CancellationTokenSource())
        {
            var call = front.Gateway.Client.GetAsync("/e", leaving.Token);
            await arrived.WaitAsync(TimeSpan.FromSeconds(10));
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        Assert.True(await gone.WaitAsync(TimeSpan.FromSeconds(10)));
        front.Upstream.Answer("/b", "fine");

        Assert.Equal((200, "fine"), ((await front.GetAsync("/e")) is var reply ? (reply.Status, reply.Body) : default));
    }

    [Fact]
    [Spec("TRF-122")]
    public async Task Refusals_of_the_backends_pipeline_are_not_seen()
    {
        var limit = new Limit();
        var plugins = new PluginRegistry();
        plugins.Backend("qos/ratelimit/proxy", BackendStages.RateLimit, (_, _, _) => limit);
        await using var front = await Front.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{
              "qos/ratelimit/proxy":{},"qos/circuit-breaker/http":{"interval":0,"timeout":10,"max_errors":0,"valid_status_codes":[200]} } }]}]}
            """, plugins);

        limit.Refuses = true;
        for (var i = 0; i < 3; i++)
            Assert.Equal(500, (await front.GetAsync("/e")).Status);
        limit.Refuses = false;

        Assert.Equal(200, (await front.GetAsync("/e")).Status);
    }

    [Fact]
    [Spec("TRF-124", "TRF-122", "TRF-364")]
    public async Task Where_something_else_makes_the_calls_its_errors_count_and_statuses_do_not()
    {
        var (limit, driver) = (new Limit(), new Driver());
        var plugins = new PluginRegistry();
        plugins.Backend("qos/ratelimit/proxy", BackendStages.RateLimit, (_, _, _) => limit);
        plugins.Executor("backend/lambda", (_, _, _) => driver);
        await using var front = await Front.StartDocumentAsync("""
            {"version":3,"extra_config":{"router":{"return_error_msg":true} },"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{"backend/lambda":{},
              "qos/ratelimit/proxy":{},"qos/circuit-breaker/http":{"interval":0,"timeout":10,"max_errors":1,"valid_status_codes":[200]} } }]}]}
            """, plugins);

        limit.Refuses = true;
        for (var i = 0; i < 3; i++)
            Assert.Equal("rate limit exceded", (await front.GetAsync("/e")).Body);
        limit.Refuses = false;
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await front.GetAsync("/e")).Status);
        driver.Fails = true;
        for (var i = 0; i < 2; i++)
            Assert.Equal("no function", (await front.GetAsync("/e")).Body);

        Assert.Equal("circuit breaker is open", (await front.GetAsync("/e")).Body);
        Assert.Equal(5, driver.Calls);
        Assert.Contains("\"qos/circuit-breaker/http\":\"1 open, 0 half-open of 1\"", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-123")]
    public async Task Two_breakers_at_one_backend_are_worth_a_warning()
    {
        await using var front = await Front.StartDocumentAsync($$"""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b","extra_config":{
              "qos/circuit-breaker":{"interval":0,"timeout":10,"max_errors":1},"qos/circuit-breaker/http":{{Settings}} } }]}]}
            """);

        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("compete at one backend", StringComparison.Ordinal));
        Assert.Equal(200, (await front.GetAsync("/e")).Status);
    }

    [Theory]
    [Spec("TRF-120")]
    [InlineData("""{"interval":0,"timeout":10,"max_errors":2}""")]
    [InlineData("""{"interval":0,"timeout":10,"max_errors":2,"valid_status_codes":[]}""")]
    [InlineData("""{"interval":0,"timeout":10,"max_errors":2,"valid_status_codes":[200,99]}""")]
    public async Task Without_statuses_there_is_no_endpoint(string settings)
    {
        await using var front = await StartAsync(settings, isNoOp: true);

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
        Assert.Empty(front.Upstream.Received);
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Path.Contains("valid_status_codes", StringComparison.Ordinal));
    }

    private static Task<Front> StartAsync(string settings, bool isNoOp, string backend = "") => Front.StartDocumentAsync(
        Front.Document(settings, "", backend + (isNoOp ? ",\"encoding\":\"no-op\"" : ""), "qos/circuit-breaker/http", isNoOp ? NoOp : ""));

    private sealed class Limit : IProxyMiddleware
    {
        public bool Refuses { get; set; }

        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
            Refuses ? new(new GatewayError(GatewayErrorKind.Rejected, "rate limit exceded")) : next(request, cancellationToken);
    }

    private sealed class Driver : IProxyMiddleware
    {
        public bool Fails { get; set; }

        public int Calls { get; private set; }

        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            Calls++;
            return Fails
                ? new(new GatewayError(GatewayErrorKind.Connection, "no function"))
                : new(new ProxyResponse { StatusCode = 202, IsComplete = true });
        }
    }
}
