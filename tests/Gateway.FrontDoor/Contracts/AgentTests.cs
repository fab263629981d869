using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Async agents, proven with a driver that the test feeds.</summary>
public sealed class AgentTests : IAsyncLifetime
{
    private const string Driver = "async/amqp";

    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly ConcurrentQueue<string> _events = new();
    private readonly PluginRegistry _plugins = new();
    private IAgentContext? _context;
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"id":7}""").Answer("/bad", "{}", status: 500);
        _plugins.Agent(Driver, (_, context, _) =>
        {
            _context = context;
            return new ChannelAgent(context, _messages.Reader, _events.Enqueue);
        });
        _plugins.Agent("async/kafka", static (_, _, _) => new FailingAgent());
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("NRC-220", "NRC-221")]
    public async Task A_message_is_the_body_of_a_request_without_client()
    {
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a"}"""));

        Assert.Equal("ok", await SendAsync("""{"a":1}"""));

        var received = Assert.Single(_upstream.Received);
        Assert.Equal("GET /a", $"{received.Method} {received.Target}");
        Assert.Equal("""{"a":1}""", received.Body);
        Assert.Null(received.Header("Content-Type"));
        Assert.Null(received.Header("User-Agent"));
        Assert.DoesNotContain(received.Headers, static h => h.Key.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("[GIN]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("NRC-221")]
    public async Task Headers_of_a_driver_reach_the_backends_that_let_them_through()
    {
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a","method":"POST"},{"url_pattern":"/a","method":"PUT","input_headers":["Other"]}"""));
        var headers = new NameValueList(ignoreCase: false);
        headers.Add("message-id", "42");

        var message = new Message("x", headers);
        Assert.True(_messages.Writer.TryWrite(message));
        Assert.Equal("ok", await message.Done);

        Assert.Equal("42", _upstream.Received.Single(static r => r.Method == "POST").Header("Message-Id"));
        Assert.Null(_upstream.Received.Single(static r => r.Method == "PUT").Header("Message-Id"));
        Assert.Equal(1, headers.Count);
    }

    [Fact, Spec("NRC-220", "NRC-223")]
    public async Task Every_backend_gets_the_message_and_one_that_fails_makes_it_fail()
    {
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a"},{"url_pattern":"/bad"}"""));

        var outcome = await SendAsync("m");

        Assert.NotEqual("ok", outcome);
        Assert.Equal(["/a", "/bad"], _upstream.Received.Select(static r => r.Target).Order());
        Assert.All(_upstream.Received, static r => Assert.Equal("m", r.Body));
    }

    [Theory, Spec("NRC-223")]
    [InlineData("json", "Invalid status code")]
    [InlineData("no-op", "ok")]
    public async Task A_status_other_than_200_and_201_is_a_failure_unless_the_encoding_is_no_op(string encoding, string outcome)
    {
        await using var gateway = await StartAsync(Agent($$"""{"url_pattern":"/bad","encoding":"{{encoding}}"}"""));

        Assert.Contains(outcome, await SendAsync("m"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact, Spec("NRC-224", "NRC-225")]
    public async Task Backends_run_one_after_another_when_asked_to_and_see_earlier_answers()
    {
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a"},{"url_pattern":"/next/{resp0_id}"}""", extra: ""","proxy":{"sequential":true}"""));
        _upstream.Answer("/next/7", "{}");

        Assert.Equal("ok", await SendAsync("m"));

        Assert.Equal(["/a", "/next/7"], _upstream.Received.Select(static r => r.Target));
    }

    [Fact, Spec("NRC-225")]
    public async Task Components_of_the_proxy_pipeline_work_and_those_of_the_router_are_named_in_a_warning()
    {
        _plugins.Proxy("validation/cel", ProxyStages.Policies, static (_, context, _) => new Refusal(context.LogPrefix));
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a"}""", extra: ""","validation/cel":[],"auth/validator":{}"""));

        Assert.Equal("refused by [SERVICE: AsyncAgent][orders]", await SendAsync("m"));

        Assert.Empty(_upstream.Received);
        Assert.Contains(gateway.Diagnostics.All, static d => d.Message.Contains("\"auth/validator\" has no effect at an async agent", StringComparison.Ordinal));
    }

    [Theory, Spec("NRC-227")]
    [InlineData(",\"timeout\":\"100ms\"", "")]
    [InlineData("", "\"timeout\":\"100ms\",")]
    public async Task A_message_that_takes_longer_than_its_time_fails(string consumer, string root)
    {
        _upstream.AnswerAfter(TimeSpan.FromSeconds(10), "/slow", "{}");
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/slow"}""", consumer), root);

        Assert.Contains("deadline exceeded", await SendAsync("m"), StringComparison.Ordinal);
    }

    [Fact, Spec("NRC-228")]
    public async Task Workers_call_the_pipeline_at_the_same_time()
    {
        var arrived = new CountdownEvent(4);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.On("/gate", async _ =>
        {
            arrived.Signal();
            await release.Task;
        });
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/gate","encoding":"no-op"}""", ",\"workers\":4,\"timeout\":\"20s\""));

        var outcomes = Enumerable.Range(0, 4).Select(i => SendAsync($"{i}")).ToArray();
        await Wait.UntilAsync(() => arrived.IsSet, static () => "not all workers called");
        release.SetResult();

        Assert.All(await Task.WhenAll(outcomes), static o => Assert.Equal("ok", o));
    }

    [Fact, Spec("NRC-230", "NRC-232")]
    public async Task An_agent_that_fails_ends_alone()
    {
        await using var gateway = await StartAsync($$"""{{Agent("""{"url_pattern":"/a"}""")}},{"name":"broken","consumer":{"topic":"t"},"backend":[{"url_pattern":"/a"}],"extra_config":{"async/kafka":{} } }""");

        await gateway.WaitForLogAsync("ERROR: [SERVICE: AsyncAgent][broken] The async agent failed and does not start again: no broker");
        Assert.Equal("ok", await SendAsync("m"));
        Assert.Contains("\"status\":\"ok\"", await gateway.Client.GetStringAsync("/__health"), StringComparison.Ordinal);
    }

    [Fact, Spec("NRC-234", "NRC-236", "OBS-052", "CFG-038", "NRC-237")]
    public async Task Health_lists_agents_that_reported_and_sequential_ones_start_in_order()
    {
        var names = new[] { "c", "a \"quoted\"", "b", "c" };
        var agents = string.Join(',', names.Select(static n => Agent("""{"url_pattern":"/a"}""", name: n)));
        await using var gateway = await StartAsync(agents, "\"sequential_start\":true,");

        using var health = JsonDocument.Parse(await gateway.Client.GetStringAsync("/__health"));

        Assert.Equal(names.Select(static n => $"{n} started"), _events);
        var listed = health.RootElement.GetProperty("agents").EnumerateObject().ToArray();
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), listed.Select(static a => a.Name));
        Assert.All(listed, static a => Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \S+ m=\+\d+", a.Value.GetString()));
    }

    [Fact, Spec("NRC-235", "OBS-052")]
    public async Task Agents_run_without_the_health_endpoint()
    {
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a"}"""), "\"extra_config\":{\"router\":{\"disable_health\":true}},");

        Assert.Equal("ok", await SendAsync("m"));
    }

    [Fact, Spec("NRC-239", "CFG-154")]
    public async Task A_stop_lets_the_work_in_hand_finish()
    {
        var (arrived, release) = Gate();
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/gate"}""", ",\"timeout\":\"20s\""));
        var inHand = SendAsync("in hand");
        await arrived;
        var waiting = new Message("waiting");
        Assert.True(_messages.Writer.TryWrite(waiting));

        var stopped = gateway.StopAsync();
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        await stopped.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal("ok", await inHand);
        Assert.Contains("orders ended", _events);
        Assert.Single(_upstream.Received);
    }

    [Fact, Spec("NRC-239", "CFG-150", "CFG-154")]
    public async Task A_stop_cuts_the_work_in_hand_when_its_time_is_over()
    {
        var (arrived, release) = Gate();
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/gate"}""", ",\"timeout\":\"60s\""), "\"max_shutdown_wait_time\":\"200ms\",");
        var inHand = SendAsync("in hand");
        await arrived;

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.NotEqual("ok", await inHand);
        await gateway.WaitForLogAsync("ERROR: [SERVICE: AsyncAgent][orders] The async agent did not end in time; its calls were cut");
        release.SetResult();
    }

    [Fact, Spec("NRC-240", "CFG-153")]
    public async Task A_reload_starts_the_agents_when_those_before_have_finished_their_work()
    {
        var (arrived, release) = Gate();
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/gate"}""", ",\"timeout\":\"20s\""));
        var inHand = SendAsync("in hand");
        await arrived;

        await ReloadAsync(gateway, Agent("""{"url_pattern":"/a"}""", name: "next"));
        var next = SendAsync("for the next");
        Assert.DoesNotContain("next started", _events);
        release.SetResult();

        Assert.Equal("ok", await inHand);
        Assert.Equal("ok", await next);
        Assert.Equal(["orders started", "orders ended", "next started"], _events);
        Assert.Equal(["/gate", "/a"], _upstream.Received.Select(static r => r.Target));
    }

    [Fact, Spec("CFG-153")]
    public async Task A_reload_cuts_agents_that_do_not_end_within_the_limit()
    {
        var (arrived, release) = Gate();
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/gate"}""", ",\"timeout\":\"60s\""), limits: new Limits { ReloadDrain = TimeSpan.FromMilliseconds(100) });
        var inHand = SendAsync("in hand");
        await arrived;

        await ReloadAsync(gateway, Agent("""{"url_pattern":"/a"}""", name: "next"));

        Assert.NotEqual("ok", await inHand);
        Assert.Equal("ok", await SendAsync("for the next"));
        release.SetResult();
    }

    [Fact, Spec("NRC-233", "CFG-046")]
    public async Task An_agent_without_driver_is_an_error_in_the_log_and_the_rest_runs()
    {
        await using var gateway = await StartAsync("""{"name":"idle","consumer":{"topic":"t"},"backend":[{"url_pattern":"/a"}],"extra_config":{} }""");

        await gateway.WaitForLogAsync("ERROR: [SERVICE: AsyncAgent][idle] Unable to build the async agent; it does not run: no driver stands in its extra_config");
        Assert.Contains("\"agents\":{}", await gateway.Client.GetStringAsync("/__health"), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-046")]
    public async Task A_driver_without_plugin_refuses_the_start()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestGateway.StartAsync(Document(Agent("""{"url_pattern":"/a"}"""), ""), _upstream.Host));

        Assert.Contains("no plugin provides \"async/amqp\" at an async agent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_sees_the_settings_of_its_agent()
    {
        await using var gateway = await StartAsync(Agent("""{"url_pattern":"/a"}""", ",\"workers\":3,\"max_rate\":0.5", connection: """{"max_retries":2,"backoff_strategy":"linear","health_interval":"3s"}"""));

        var context = _context!;
        Assert.Equal(("orders", "foo.*", 3, 0.5), (context.Name, context.Topic, context.Workers, context.MaxRate));
        Assert.Equal((2, "linear", TimeSpan.FromSeconds(3)), (context.MaxRetries, context.Backoff.Name, context.HealthInterval));
        Assert.Equal("orders", context.Agent["name"]!.Text);
    }

    private static string Agent(string backends, string consumer = "", string extra = "", string name = "orders", string connection = "{}") => $$"""
        {"name":{{JsonSerializer.Serialize(name)}},"consumer":{"topic":"foo.*"{{consumer}}},"connection":{{connection}},"backend":[{{backends}}],"extra_config":{"{{Driver}}":{}{{extra}}} }
        """;

    private static string Document(string agents, string root) => $$"""{"version":3,{{root}}"host":["$UPSTREAM"],"async_agent":[{{agents}}]}""";

    private Task<TestGateway> StartAsync(string agents, string root = "", Limits? limits = null) =>
        TestGateway.StartAsync(Document(agents, root), _upstream.Host, new() { Plugins = _plugins, Limits = limits ?? new Limits() });

    private static Task ReloadAsync(TestGateway gateway, string agents) => gateway.ReloadAsync(Document(agents, ""));

    private Task<string> SendAsync(string body)
    {
        var message = new Message(body);
        Assert.True(_messages.Writer.TryWrite(message));
        return message.Done;
    }

    private (Task Arrived, TaskCompletionSource Release) Gate()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.On("/gate", async context =>
        {
            arrived.TrySetResult();
            await release.Task;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{}");
        });
        return (arrived.Task.WaitAsync(TimeSpan.FromSeconds(10)), release);
    }

    private sealed class FailingAgent : IAgent
    {
        public Task RunAsync(CancellationToken cancellationToken) => throw new IOException("no broker");
    }

    private sealed class Refusal(string prefix) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
            new(new GatewayError(GatewayErrorKind.Rejected, $"refused by {prefix}", 403));
    }
}
