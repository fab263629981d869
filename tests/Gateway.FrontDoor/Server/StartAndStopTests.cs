using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>Start, run and stop of a gateway in process.</summary>
public sealed class StartAndStopTests
{
    private const string Slow = """
        {"version":3,$MORE"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/slow","timeout":"20s","backend":[{"url_pattern":"/slow"}]}]}
        """;

    [Fact, Spec("CFG-144", "CFG-145", "OBS-010")]
    public async Task Everything_is_built_and_bound_before_the_listening_line()
    {
        var json = new StringBuilder("""{"version":3,"host":["http://127.0.0.1:11"],"endpoints":[""");
        for (var i = 0; i < 300; i++)
            json.Append(i == 0 ? "" : ",").Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"endpoint":"/e{{i}}","backend":[{"url_pattern":"/b{{i}}"}]}""");
        await using var gateway = await TestGateway.StartAsync(json.Append("]}").ToString());
        await gateway.WaitForLogAsync("Listening on port");

        var lines = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.EndsWith($" KRAKEND INFO: [SERVICE: Gin] Listening on port: {gateway.Port}", lines[^1], StringComparison.Ordinal);
        Assert.Equal(300, lines.Count(static l => l.EndsWith("Building the http handler", StringComparison.Ordinal)));
    }

    [Theory, Spec("CFG-298")]
    [InlineData("", "", "", "none")]
    [InlineData(""" "router":{},"test/server":{} """, """ "test/guard":{},"proxy":{} """, """ "backend/http":{},"test/guard":{} """, "backend/http, proxy, router, test/guard, test/server")]
    [InlineData("", """ "github.com/devopsfaith/krakend/proxy":{} """, "", "proxy")]
    [InlineData("", """ "unknown":{},"router":{},"telemetry/opentelemetry":{} """, "", "none")]
    [InlineData("", """ "workflow":{"extra_config":{"proxy":{}},"backend":[{"extra_config":{"test/guard":{},"unknown":{}}}]} """, "", "proxy, test/guard, workflow")]
    public async Task The_namespaces_that_take_effect_are_one_line_of_the_start(string service, string endpoint, string backend, string names)
    {
        var plugins = new PluginRegistry();
        plugins.Server("test/server", ServerStages.Routing, static (_, _, _) => null);
        plugins.Proxy("test/guard", ProxyStages.Policies, static (_, _, _) => null);
        plugins.Backend("test/guard", BackendStages.Middleware, static (_, _, _) => null);
        plugins.Proxy("workflow", ProxyStages.Policies, static (_, _, _) => null);
        await using var gateway = await TestGateway.StartAsync($$"""
            {"version":3,"host":["http://127.0.0.1:11"],"extra_config":{ {{service}} },"endpoints":[
              {"endpoint":"/a","extra_config":{ {{endpoint}} },"backend":[{"url_pattern":"/a","extra_config":{ {{backend}} } },{"url_pattern":"/b"}]}]}
            """, options: new() { Plugins = plugins });
        await gateway.WaitForLogAsync("Listening on port");

        var line = Assert.Single(gateway.Log.Split('\n'), static l => l.Contains("namespaces", StringComparison.Ordinal));
        Assert.EndsWith($" KRAKEND INFO: [SERVICE: Gateway] Active namespaces: {names}", line, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-149")]
    public async Task A_stop_lets_a_request_finish_closes_its_connection_and_refuses_new_ones()
    {
        await using var upstream = await Upstream.StartAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        upstream.On("/slow", async context =>
        {
            await release.Task.WaitAsync(upstream.Stopping);
            await context.Response.WriteAsync("""{"done":true}""");
        });
        await using var gateway = await TestGateway.StartAsync(Slow.Replace("$MORE", "", StringComparison.Ordinal), upstream.Host);
        using var busy = await gateway.ConnectAsync();
        using var idle = await gateway.ConnectAsync();
        await busy.WriteAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await idle.WriteAsync("GET /__health HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.NotNull(await idle.ReadResponseAsync());
        await Wait.UntilAsync(() => upstream.Received.Count == 1, () => "the backend was never called");

        var stop = gateway.StopAsync();

        Assert.Equal("", await idle.ReadToEndAsync());
        await Wait.UntilAsync(() => IsRefused(gateway.Port), () => "the listener stayed open");
        Assert.False(stop.IsCompleted);
        release.SetResult();
        var answer = await busy.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("""{"done":true}""", answer, StringComparison.Ordinal);
        await stop.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("ERROR", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-150")]
    public async Task Max_shutdown_wait_time_cuts_what_is_left()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.AnswerAfter(TimeSpan.FromSeconds(15), "/slow", "{}");
        await using var gateway = await TestGateway.StartAsync(Slow.Replace("$MORE", "\"max_shutdown_wait_time\":\"500ms\",", StringComparison.Ordinal), upstream.Host);
        using var busy = await gateway.ConnectAsync();
        await busy.WriteAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await Wait.UntilAsync(() => upstream.Received.Count == 1, () => "the backend was never called");
        var watch = Stopwatch.StartNew();

        await gateway.StopAsync();

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(450), TimeSpan.FromSeconds(8));
        Assert.DoesNotContain("200 OK", await busy.ReadToEndAsync(), StringComparison.Ordinal);
        await gateway.WaitForLogAsync("max_shutdown_wait_time");
        Assert.Single(gateway.Log.Split('\n'), static l => l.Contains(" ERROR: ", StringComparison.Ordinal) && l.Contains("max_shutdown_wait_time", StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-149")]
    public async Task Disposing_cuts_a_drain_that_has_no_limit_of_its_own()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.AnswerAfter(TimeSpan.FromSeconds(60), "/slow", "{}");
        await using var gateway = await TestGateway.StartAsync(
            Slow.Replace("$MORE", "", StringComparison.Ordinal).Replace("20s", "60s", StringComparison.Ordinal), upstream.Host);
        using var busy = await gateway.ConnectAsync();
        await busy.WriteAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await Wait.UntilAsync(() => upstream.Received.Count == 1, () => "the backend was never called");
        var drain = gateway.StopAsync();

        await Task.Run(() => gateway.Host.DisposeAsync().AsTask()).WaitAsync(TimeSpan.FromSeconds(10));

        await drain.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("200 OK", await busy.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-149")]
    [InlineData("")]
    [InlineData("\"use_h2c\":true,")]
    public async Task A_stop_does_not_wait_for_connections_that_never_sent_a_byte(string more)
    {
        await using var gateway = await TestGateway.StartAsync(Slow.Replace("$MORE", more, StringComparison.Ordinal), "http://127.0.0.1:11");
        using var silent = await gateway.ConnectAsync();
        using (var response = await gateway.Client.GetAsync("/__health"))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(8));

        Assert.Equal("", await silent.ReadToEndAsync());
    }

    [Fact, Spec("CFG-155", "RTE-123")]
    public async Task A_crash_in_a_pipe_answers_500_logs_its_stack_and_leaves_others_alone()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        var plugins = TestComponents.Proxy("test/crash", static (_, _, _) => throw new InvalidDataException("boom"));
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/crash","extra_config":{"test/crash":{}},"backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/fine","backend":[{"url_pattern":"/a"}]}]}
            """, upstream.Host, new() { Plugins = plugins });

        using var crash = await gateway.Client.GetAsync("/crash");

        Assert.Equal(HttpStatusCode.InternalServerError, crash.StatusCode);
        Assert.DoesNotContain("boom", await crash.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/fine"));
        await gateway.WaitForLogAsync("System.IO.InvalidDataException: boom");
        Assert.Contains(" at Gateway.", gateway.Log, StringComparison.Ordinal);
        Assert.Single(gateway.Log.Split('\n'), static l => l.Contains(" ERROR: ", StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-155", "RTE-123")]
    public async Task A_crash_outside_of_the_endpoints_answers_500_and_logs_its_stack()
    {
        var plugins = TestComponents.Server("test/crash", ServerStages.Cors, static (context, next) =>
            context.Request.Headers.ContainsKey("X-Crash") ? throw new InvalidDataException("boom") : next(context));
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"extra_config":{"test/crash":{}}}""", "", new() { Plugins = plugins });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/__health") { Headers = { { "X-Crash", "1" } } };

        using var crash = await gateway.Client.SendAsync(request);
        using var fine = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.InternalServerError, crash.StatusCode);
        Assert.Equal("", await crash.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
        await gateway.WaitForLogAsync("System.IO.InvalidDataException: boom");
    }

    [Fact, Spec("CFG-156")]
    public async Task Nothing_of_one_request_is_visible_in_the_next_on_the_same_connection()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a/{id}","method":"POST","input_headers":["*"],"input_query_strings":["*"],
              "backend":[{"url_pattern":"/b/{id}"}]}]}
            """, upstream.Host);
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("POST /a/secret?token=secret HTTP/1.1\r\nHost: secret\r\nAuthorization: secret\r\nX-Secret: secret\r\nContent-Length: 6\r\n\r\nsecret");
        await connection.ReadResponseAsync();
        await connection.WriteAsync("POST /a/plain HTTP/1.1\r\nHost: plain\r\nContent-Length: 0\r\n\r\n");
        await connection.ReadResponseAsync();

        Assert.Equal("secret", upstream.Received[0].Body);
        var second = upstream.Received[1];
        Assert.DoesNotContain("secret", $"{second.Target} {second.Body} {string.Join(' ', second.Headers)}", StringComparison.Ordinal);
    }

    private static bool IsRefused(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
