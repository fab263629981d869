using System.Net;
using System.Net.WebSockets;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Endpoints whose connections a plugin takes over, proven with a bridge of WebSockets.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const string Guard = "auth/validator";

    private Upstream _upstream = null!;

    private string Host => _upstream.Host.Replace("http://", "ws://", StringComparison.Ordinal);

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        // Says everything twice; its first word is the target it was called with.
        _upstream.OnAny(async context =>
        {
            using var socket = (await Sockets.AcceptAsync(context))!;
            await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(context.Request.Path + context.Request.QueryString), WebSocketMessageType.Text, true, _upstream.Stopping);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer.AsMemory(), _upstream.Stopping) is { MessageType: not WebSocketMessageType.Close } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, true, _upstream.Stopping);
            }
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, _upstream.Stopping);
        });
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("NRC-033")]
    public async Task A_plugin_takes_the_connection_over_and_messages_pass_both_ways()
    {
        await using var gateway = await StartAsync();
        using var socket = await Sockets.ConnectAsync(gateway.Port, "/chat/red?q=1&other=2");

        Assert.Equal("/ws/red?q=1", await socket.ReceiveTextAsync());
        for (var i = 0; i < 500; i++)
            Assert.Equal($"message {i}", await socket.AskAsync($"message {i}"));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Sockets.Limit());

        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        var received = Assert.Single(_upstream.Received);
        Assert.Equal("ann", received.Header("X-User"));
        Assert.Null(received.Header("Authorization"));
        await gateway.WaitForLogAsync("| 101 |");
        Assert.DoesNotContain("panic", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("NRC-032")]
    public async Task Components_of_the_endpoint_refuse_a_client_before_the_upgrade()
    {
        await using var gateway = await StartAsync();

        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Port}/chat/red"), Sockets.Limit()));

        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
        Assert.Empty(_upstream.Received);
    }

    [Fact, Spec("NRC-030")]
    public async Task Other_methods_are_refused_by_the_router()
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.Client.PostAsync("/chat/red", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact, Spec("NRC-033")]
    public async Task Neither_the_endpoints_timeout_nor_those_of_the_server_end_it()
    {
        await using var gateway = await StartAsync(settings: "\"timeout\":\"200ms\",\"read_timeout\":\"200ms\",\"write_timeout\":\"200ms\",\"idle_timeout\":\"200ms\",");
        using var socket = await Sockets.ConnectAsync(gateway.Port, "/chat/red");
        Assert.Equal("/ws/red", await socket.ReceiveTextAsync());

        for (var i = 0; i < 5; i++)
        {
            // Silence of more than every limit is what is tested.
            await Task.Delay(300);
            Assert.Equal("still here", await socket.AskAsync("still here"));
        }
    }

    [Fact, Spec("CFG-153")]
    public async Task A_reload_asks_connections_to_close_and_serves_new_ones_with_the_new_configuration()
    {
        await using var gateway = await StartAsync();
        using var old = await Sockets.ConnectAsync(gateway.Port, "/chat/red");
        Assert.Equal("/ws/red", await old.ReceiveTextAsync());

        await ReloadAsync(gateway, "/new/{room}");

        Assert.Equal("closed 1001", await old.ReceiveTextAsync());
        await old.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Sockets.Limit());
        using var next = await Sockets.ConnectAsync(gateway.Port, "/chat/red");
        Assert.Equal("/new/red", await next.ReceiveTextAsync());
        Assert.Equal("hello", await next.AskAsync("hello"));
    }

    [Fact, Spec("CFG-153")]
    public async Task A_reload_cuts_what_does_not_close_within_the_limit()
    {
        await using var gateway = await StartAsync(drain: TimeSpan.FromMilliseconds(100));
        using var deaf = await Sockets.ConnectAsync(gateway.Port, "/deaf");
        Assert.Equal("open", await deaf.ReceiveTextAsync());

        await ReloadAsync(gateway, "/new/{room}");

        await Assert.ThrowsAsync<WebSocketException>(() => deaf.ReceiveTextAsync());
        using var next = await Sockets.ConnectAsync(gateway.Port, "/chat/red");
        Assert.Equal("/new/red", await next.ReceiveTextAsync());
    }

    [Fact, Spec("NRC-040", "CFG-149")]
    public async Task A_stop_lets_connections_say_goodbye()
    {
        await using var gateway = await StartAsync();
        using var socket = await Sockets.ConnectAsync(gateway.Port, "/chat/red");
        Assert.Equal("/ws/red", await socket.ReceiveTextAsync());

        var stopped = gateway.StopAsync();

        Assert.Equal("closed 1001", await socket.ReceiveTextAsync());
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Sockets.Limit());
        await stopped.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("panic", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("NRC-040", "CFG-150")]
    public async Task A_stop_cuts_what_is_open_when_its_time_is_over()
    {
        await using var gateway = await StartAsync(settings: "\"max_shutdown_wait_time\":\"200ms\",");
        using var deaf = await Sockets.ConnectAsync(gateway.Port, "/deaf");
        Assert.Equal("open", await deaf.ReceiveTextAsync());

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<WebSocketException>(() => deaf.ReceiveTextAsync());
        await gateway.WaitForLogAsync("max_shutdown_wait_time");
    }

    [Theory, Spec("CFG-162", "CFG-167")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Time_limits_of_the_server_hold_for_no_answer_of_a_handler(string version)
    {
        await using var gateway = await StartAsync(settings: "\"use_h2c\":true,\"read_timeout\":\"200ms\",\"write_timeout\":\"200ms\",");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/late") { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal("late", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_a_plugin_made_is_disposed_when_the_last_connection_of_its_configuration_has_ended()
    {
        var handler = new HeldHandler();
        await using var gateway = await StartAsync(held: handler);
        var open = gateway.Client.GetStringAsync("/held");
        await handler.Entered.Task.WaitAsync(Sockets.Limit());

        await ReloadAsync(gateway, "/new/{room}");
        await handler.Closing.Task.WaitAsync(Sockets.Limit());
        Assert.False(handler.Disposed.Task.IsCompleted);
        handler.Release.SetResult();

        Assert.Equal("bye", await open);
        await handler.Disposed.Task.WaitAsync(Sockets.Limit());
    }

    [Theory, Spec("EXT-190")]
    [InlineData("validation/cel", "endpoint", true)]
    [InlineData("modifier/lua-proxy", "endpoint", true)]
    [InlineData("plugin/req-resp-modifier", "endpoint", true)]
    [InlineData("plugin/middleware", "endpoint", true)]
    [InlineData("qos/ratelimit/proxy", "backend", true)]
    [InlineData("plugin/req-resp-modifier", "backend", true)]
    [InlineData("qos/circuit-breaker", "backend", false)]
    [InlineData("test/empty", "endpoint", false)]
    public async Task What_no_pipeline_would_ask_closes_the_endpoint_and_is_named(string name, string place, bool refuses)
    {
        await using var gateway = await StartWithPipelineAsync(name, place);

        var open = await gateway.Client.GetAsync("/late");
        var findings = gateway.Diagnostics.All.Where(f => f.Severity == ConfigSeverity.Error && f.Path == $"extra_config.{name}").ToArray();

        Assert.Equal(refuses ? HttpStatusCode.InternalServerError : HttpStatusCode.OK, open.StatusCode);
        Assert.Equal(refuses ? 1 : 0, findings.Length);
        Assert.All(findings, f => Assert.Contains($"\"test/late\" takes the connections of this endpoint over, and \"{name}\" would never be asked", f.Message, StringComparison.Ordinal));
    }

    [Theory, Spec("EXT-190")]
    [InlineData("security/policies", "endpoint")]
    [InlineData("security/policies", "backend")]
    [InlineData("auth/other", "endpoint")]
    public async Task A_guard_that_no_pipeline_would_ask_refuses_the_start(string name, string place)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => StartWithPipelineAsync(name, place));

        Assert.Contains($"\"{name}\" would never be asked", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<TestGateway> StartWithPipelineAsync(string name, string place)
    {
        var plugins = new PluginRegistry();
        plugins.Connection("test/late", static (_, _, _) => new LateHandler());
        foreach (var proxy in new[] { "validation/cel", "modifier/lua-proxy", "security/policies", "auth/other" })
            plugins.Proxy(proxy, ProxyStages.Policies, static (_, _, _) => new PassingStep());
        plugins.Proxy("test/empty", ProxyStages.Policies, static (_, _, _) => null);
        foreach (var backend in new[] { "qos/ratelimit/proxy", "qos/circuit-breaker", "security/policies" })
            plugins.Backend(backend, BackendStages.Policies, static (_, _, _) => new PassingStep());
        plugins.RequestModifier("step", static (_, _, _) => null);
        plugins.Middleware("step", static (_, _, _) => null);
        var extra = $"\"{name}\":{{\"name\":[\"step\"]}}";
        return TestGateway.StartAsync($$$"""
            {"version":3,"endpoints":[{"endpoint":"/late","backend":[{"host":["http://a"],"url_pattern":"/","extra_config":{ {{{(place == "backend" ? extra : "")}}} } }],
              "extra_config":{"test/late":{} {{{(place == "backend" ? "" : "," + extra)}}} } }]}
            """, "", new TestGatewayOptions { Plugins = plugins });
    }

    [Fact]
    public async Task An_exception_before_the_answer_is_a_500()
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.Client.GetAsync("/broken");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        await gateway.WaitForLogAsync("out of order");
    }

    [Theory]
    [InlineData("ws://a:8000", true, true)]
    [InlineData("wss://a", true, true)]
    [InlineData("wss://[::1]:8000/base", true, true)]
    [InlineData("ws://a:8000", false, true)]
    [InlineData("http://a:8000", false, true)]
    [InlineData("ftp://a:8000", false, false)]
    public void Hosts_of_websocket_endpoints_have_schemes_of_their_own(string host, bool verbatim, bool accepted)
    {
        var (endpoint, others) = (Load(host, verbatim, "websocket"), Load(host, verbatim: false, "qos/ratelimit/router"));

        Assert.Equal(accepted, endpoint.Config is not null);
        Assert.Equal(host.StartsWith("http", StringComparison.Ordinal), others.Config is not null);
    }

    private static LoadResult Load(string host, bool verbatim, string name)
    {
        var json = $$$"""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["{{{host}}}"],"disable_host_sanitize":{{{(verbatim ? "true" : "false")}}},"url_pattern":"/a"}],"extra_config":{"{{{name}}}":{} } }]}""";
        var diagnostics = new ConfigDiagnostics();
        var root = JsonConfigReader.Read("krakend.json", json, diagnostics);
        return ConfigLoader.Load(root!, new LoadOptions { IsAvailable = static (_, _) => true }, diagnostics);
    }

    private Task<TestGateway> StartAsync(string settings = "", TimeSpan? drain = null, HeldHandler? held = null)
    {
        var plugins = new PluginRegistry();
        plugins.Endpoint(Guard, EndpointStages.Authentication, static (_, _, _) => new TokenGuard());
        plugins.Connection("websocket", WebSocketBridge.Create);
        plugins.Connection("test/deaf", static (_, _, _) => new DeafHandler());
        plugins.Connection("test/broken", static (_, _, _) => new BrokenHandler());
        plugins.Connection("test/late", static (_, _, _) => new LateHandler());
        // Once: the next configuration has none.
        plugins.Connection("test/held", (_, _, _) => Interlocked.Exchange(ref held, null));
        var options = new TestGatewayOptions { Plugins = plugins, Limits = drain is { } limit ? new Limits { ReloadDrain = limit } : new Limits() };
        return TestGateway.StartAsync(Document("/ws/{room}", settings), Host, options);
    }

    private static string Document(string pattern, string settings = "") => $$"""
        {"version":3,{{settings}}"endpoints":[
          {"endpoint":"/chat/{room}","input_headers":["X-User"],"input_query_strings":["q"],
           "backend":[{"host":["$UPSTREAM"],"disable_host_sanitize":true,"url_pattern":"{{pattern}}"}],
           "extra_config":{"websocket":{},"{{Guard}}":{} } },
          {"endpoint":"/deaf","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"test/deaf":{} } },
          {"endpoint":"/late","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"test/late":{} } },
          {"endpoint":"/held","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"test/held":{} } },
          {"endpoint":"/broken","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"test/broken":{} } }]}
        """;

    private static Task ReloadAsync(TestGateway gateway, string pattern) => gateway.ReloadAsync(Document(pattern));

    private sealed class TokenGuard : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            if (context.Request.Headers.Authorization.Count > 0)
                return next(context);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }
    }

    private sealed class PassingStep : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => next(request, cancellationToken);
    }

    /// <summary>Never says goodbye.</summary>
    private sealed class DeafHandler : IConnectionHandler
    {
        public async Task RunAsync(HttpContext context, CancellationToken closing)
        {
            using var socket = (await Sockets.AcceptAsync(context))!;
            await socket.SendAsync("open"u8.ToArray(), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.ReceiveAsync(new byte[16].AsMemory(), context.RequestAborted);
        }
    }

    private sealed class LateHandler : IConnectionHandler
    {
        public async Task RunAsync(HttpContext context, CancellationToken closing)
        {
            // Longer than every limit, which is what is tested.
            await Task.Delay(600, closing);
            await context.Response.WriteAsync("late", closing);
        }
    }

    private sealed class HeldHandler : IConnectionHandler, IDisposable
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Closing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task RunAsync(HttpContext context, CancellationToken closing)
        {
            Entered.SetResult();
            await Sockets.Fired(closing);
            Closing.SetResult();
            await Release.Task;
            await context.Response.WriteAsync("bye", context.RequestAborted);
        }

        public void Dispose() => Disposed.SetResult();
    }

    private sealed class BrokenHandler : IConnectionHandler
    {
        public Task RunAsync(HttpContext context, CancellationToken closing) => throw new InvalidOperationException("out of order");
    }
}
