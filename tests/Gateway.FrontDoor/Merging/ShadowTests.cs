using System.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>Backends that get a copy of the traffic and have no say in the answer.</summary>
public sealed class ShadowTests : IAsyncLifetime
{
    private const string Shadow = "\"extra_config\":{\"proxy\":{\"shadow\":true}}";
    private Upstream _upstream = null!;
    private Upstream _shadow = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _shadow = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"a":1}""").Answer("/b", """{"b":2}""");
        _shadow.Answer("/copy", """{"copy":1}""").Answer("/fail", "no", 500);
    }

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _shadow.DisposeAsync();
    }

    [Fact, Spec("RTE-181", "RTE-183", "RTE-189")]
    public async Task The_shadow_gets_a_copy_of_the_request_with_everything_that_was_let_through()
    {
        await using var gateway = await StartAsync("""
            {"endpoint":"/x/{id}","method":"POST","input_headers":["X-A"],"input_query_strings":["q"],"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},
              {"host":["$SHADOW"],"url_pattern":"/copy?id={id}",$MARK}]}
            """);
        var body = new string('s', 200_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x/7?q=1&r=2") { Content = new StringContent(body) };
        request.Headers.Add("X-A", "a");
        request.Headers.Add("X-B", "b");

        var reply = await gateway.SendAsync(request);

        Assert.Equal((200, """{"a":1}""", "true"), (reply.Status, reply.Body, reply.Completed));
        await WaitForShadowAsync(1);
        var copy = _shadow.Received[0];
        Assert.Equal(("POST", "/copy?id=7&q=1", body, "a", null), (copy.Method, copy.Target, copy.Body, copy.Header("X-A"), copy.Header("X-B")));
        Assert.Equal("text/plain; charset=utf-8", copy.Header("Content-Type"));
        Assert.Equal(body, _upstream.Received.Single().Body);
    }

    [Theory, Spec("RTE-181", "RTE-182")]
    [InlineData("/fail", null)]
    [InlineData("/refused", "http://127.0.0.1:10")]
    [InlineData("/hang", null)]
    public async Task What_happens_to_the_shadow_changes_nothing_for_the_client(string path, string? host)
    {
        _shadow.On("/hang", static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","timeout":"20s","cache_ttl":"60s","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},
              {"host":["$HOST"],"url_pattern":"$PATH",$MARK}]}
            """.Replace("$HOST", host ?? _shadow.Host, StringComparison.Ordinal).Replace("$PATH", path, StringComparison.Ordinal));

        var watch = Stopwatch.StartNew();
        var reply = await gateway.GetAsync("/x");

        Assert.Equal((200, """{"a":1}""", "true", "public, max-age=60"), (reply.Status, reply.Body, reply.Completed, reply.Header("Cache-Control")));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), "the client waited for the shadow");
        Assert.DoesNotContain("ERROR", gateway.Log);
    }

    [Fact, Spec("RTE-182")]
    public async Task One_regular_backend_beside_shadows_has_no_merge()
    {
        _upstream.Answer("/teapot", "short", 418);
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","backend":[
              {"host":["$SHADOW"],"url_pattern":"/copy",$MARK},
              {"host":["$UPSTREAM"],"url_pattern":"/teapot","extra_config":{"backend/http":{"return_error_code":true}}}]}
            """);

        Assert.Equal(418, (await gateway.GetAsync("/x")).Status);
    }

    [Fact, Spec("RTE-183")]
    public async Task The_shadow_goes_on_when_the_client_has_its_answer_or_has_left()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finished = 0;
        _shadow.On("/slow", async context =>
        {
            await gate.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("{}");
            Interlocked.Increment(ref finished);
        });
        _upstream.On("/hang", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var gateway = await StartAsync("""
            {"endpoint":"/answered","timeout":"20s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"},{"host":["$SHADOW"],"url_pattern":"/slow",$MARK}]},
            {"endpoint":"/left","timeout":"20s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/hang"},{"host":["$SHADOW"],"url_pattern":"/slow",$MARK}]}
            """);

        await gateway.GetAsync("/answered");
        using var leave = new CancellationTokenSource();
        var left = gateway.Client.GetAsync("/left", leave.Token);
        await WaitForShadowAsync(2);
        await leave.CancelAsync();
        await gateway.WaitForLogAsync("[ENDPOINT: /left] context canceled");
        gate.SetResult();

        await Wait.UntilAsync(() => Volatile.Read(ref finished) == 2, () => $"{finished} shadow calls came to their end");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
    }

    [Theory, Spec("RTE-184", "RTE-185")]
    [InlineData("", "200ms", 1)]
    [InlineData(",\"shadow_timeout\":\"150ms\"", "20s", 1)]
    [InlineData(",\"shadow_timeout\":\"150ms\"", "20s", 2)]
    public async Task A_slow_shadow_is_cancelled_after_its_own_time_or_that_of_the_endpoint(string timeout, string endpoint, int shadows)
    {
        var aborted = 0;
        _shadow.On("/hang", async context =>
        {
            using var registration = context.RequestAborted.Register(() => Interlocked.Increment(ref aborted));
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var backend = """,{"host":["$SHADOW"],"url_pattern":"/hang","extra_config":{"proxy":{"shadow":true$TIMEOUT}}}""".Replace("$TIMEOUT", timeout, StringComparison.Ordinal);
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","timeout":"$ENDPOINT","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}
            """.Replace("$ENDPOINT", endpoint, StringComparison.Ordinal) + string.Concat(Enumerable.Repeat(backend, shadows)) + "]}");

        await gateway.GetAsync("/x");

        await Wait.UntilAsync(() => Volatile.Read(ref aborted) == shadows, () => $"{aborted} shadow calls were cancelled");
    }

    [Fact, Spec("RTE-184", "RTE-185")]
    public async Task Several_shadows_have_the_longest_of_their_times_together_even_beyond_that_of_the_endpoint()
    {
        var finished = 0;
        _shadow.On("/slow", async context =>
        {
            await Task.Delay(500, context.RequestAborted);
            await context.Response.WriteAsync("{}");
            Interlocked.Increment(ref finished);
        });
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","timeout":"200ms","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},
              {"host":["$SHADOW"],"url_pattern":"/slow","extra_config":{"proxy":{"shadow":true,"shadow_timeout":"10s"}}},
              {"host":["$SHADOW"],"url_pattern":"/slow","extra_config":{"proxy":{"shadow":true,"shadow_timeout":"20ms"}}}]}
            """);

        await gateway.GetAsync("/x");

        await Wait.UntilAsync(() => Volatile.Read(ref finished) == 2, () => $"{finished} shadow calls came to their end");
    }

    [Fact, Spec("RTE-185")]
    public async Task Shadows_of_a_sequence_are_a_sequence()
    {
        _shadow.Answer("/first", """{"id":5}""");
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","extra_config":{"proxy":{"sequential":true}},"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},
              {"host":["$SHADOW"],"url_pattern":"/first",$MARK},
              {"host":["$SHADOW"],"url_pattern":"/copy?id={resp0_id}",$MARK}]}
            """);

        await gateway.GetAsync("/x");

        await WaitForShadowAsync(2);
        Assert.Equal(["/first", "/copy?id=5"], _shadow.Received.Select(static r => r.Target));
    }

    [Fact, Spec("RTE-186", "RTE-187")]
    public async Task Components_of_the_endpoint_run_once_before_the_fork_and_those_of_the_shadow_run_for_it()
    {
        var calls = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var plugins = new PluginRegistry();
        plugins.Proxy("test/guard", ProxyStages.Policies, (_, _, _) => new Guard("guard", calls));
        plugins.Proxy("test/modifier", ProxyStages.Modifiers, (_, _, _) => new Guard("modifier", calls));
        plugins.Backend("test/backend", BackendStages.Policies, (_, _, _) => new Guard("shadow backend", calls));
        await using var gateway = await StartAsync("""
            {"endpoint":"/x/{verdict}","extra_config":{"test/guard":{},"test/modifier":{}},"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},
              {"host":["$SHADOW"],"url_pattern":"/copy","extra_config":{"proxy":{"shadow":true},"test/backend":{}}}]}
            """, plugins);

        await gateway.GetAsync("/x/refused");
        await gateway.GetAsync("/x/taken");

        await WaitForShadowAsync(1);
        Assert.Equal(["guard", "guard", "modifier", "shadow backend"], calls.Order(StringComparer.Ordinal));
        Assert.Single(_upstream.Received);
        Assert.Single(_shadow.Received);
    }

    [Fact, Spec("RTE-188", "RTE-124")]
    public async Task An_endpoint_of_shadows_only_answers_a_bare_500()
    {
        await using var gateway = await StartAsync("""{"endpoint":"/x","backend":[{"host":["$SHADOW"],"url_pattern":"/copy",$MARK}]}""");

        var reply = await gateway.GetAsync("/x");

        Assert.Equal((500, "", null, null), (reply.Status, reply.Body, reply.Completed, reply.Header("X-Krakend")));
        await gateway.WaitForLogAsync("all endpoints must have at least one backend");
    }

    [Fact, Spec("RTE-190")]
    public async Task Pending_shadow_calls_are_bounded_and_come_back_when_they_end()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _shadow.On("/hang", async context => await gate.Task.WaitAsync(context.RequestAborted));
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","timeout":"60s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"},{"host":["$SHADOW"],"url_pattern":"/hang",$MARK}]}
            """, limits: new() { PendingShadowCalls = 3 });

        for (var i = 0; i < 10; i++)
            Assert.Equal(200, (await gateway.GetAsync("/x")).Status);
        await gateway.WaitForLogAsync("[ENDPOINT: /x][Shadow] 3 shadow calls are pending; 1 were dropped so far");
        await WaitForShadowAsync(3);
        gate.SetResult();

        for (var i = 0; i < 1000 && _shadow.Received.Count == 3; i++)
            await gateway.GetAsync("/x");
        Assert.True(_shadow.Received.Count > 3, "no shadow call was made after the others had ended");
    }

    [Fact, Spec("RTE-191")]
    public async Task A_stop_does_not_wait_for_shadows()
    {
        _shadow.On("/hang", static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var gateway = await StartAsync("""
            {"endpoint":"/x","timeout":"60s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"},{"host":["$SHADOW"],"url_pattern":"/hang",$MARK}]}
            """);
        await gateway.GetAsync("/x");
        await WaitForShadowAsync(1);
        gateway.Client.Dispose();

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private Task WaitForShadowAsync(int count) =>
        Wait.UntilAsync(() => _shadow.Received.Count >= count, () => $"{_shadow.Received.Count} shadow calls came");

    private Task<TestGateway> StartAsync(string endpoints, PluginRegistry? plugins = null, Gateway.Core.Limits? limits = null) => TestGateway.StartAsync(
        ("""{"version":3,"endpoints":[""" + endpoints + "]}")
            .Replace("$MARK", Shadow, StringComparison.Ordinal)
            .Replace("$SHADOW", _shadow.Host, StringComparison.Ordinal),
        _upstream.Host,
        new() { Plugins = plugins ?? new(), Limits = limits ?? new() });

    private sealed class Guard(string name, System.Collections.Concurrent.ConcurrentQueue<string> calls) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            calls.Enqueue(name);
            return name == "guard" && request.Parameters.Get("Verdict") == "refused"
                ? new(new GatewayError(GatewayErrorKind.Rejected, "refused"))
                : next(request, cancellationToken);
        }
    }
}
