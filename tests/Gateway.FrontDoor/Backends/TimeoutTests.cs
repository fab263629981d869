using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Time limits of service, endpoint and HTTP client.</summary>
public sealed class TimeoutTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"a":1}""").AnswerAfter(TimeSpan.FromSeconds(30), "/never", "{}");
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("RTE-193", "RTE-194")]
    [InlineData("", "\"timeout\":\"200ms\",", 200)]
    [InlineData("\"timeout\":\"200ms\",", "", 200)]
    [InlineData("\"timeout\":\"200ms\",", "\"timeout\":\"700ms\",", 700)]
    [InlineData("\"timeout\":\"200ms\",", "\"timeout\":\"0s\",", 200)]
    [InlineData("", "", 2000)]
    [InlineData("\"timeout\":\"0s\",", "", 2000)]
    public async Task The_endpoints_time_counts_then_that_of_the_service_then_two_seconds(string service, string endpoint, int milliseconds)
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,$SERVICE"extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/x",$ENDPOINT"backend":[{"host":["$UPSTREAM"],"url_pattern":"/never"}]}]}
            """.Replace("$SERVICE", service, StringComparison.Ordinal).Replace("$ENDPOINT", endpoint, StringComparison.Ordinal), _upstream.Host);

        var watch = Stopwatch.StartNew();
        var reply = await gateway.GetAsync("/x");

        Assert.Equal((500, "context deadline exceeded", "false"), (reply.Status, reply.Body, reply.Completed));
        Assert.InRange(watch.ElapsedMilliseconds, milliseconds - 20, milliseconds + 10_000);
    }

    [Fact, Spec("RTE-192")]
    public async Task The_time_runs_while_the_client_sends_a_body_that_is_needed_as_a_whole()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[
              {"endpoint":"/x","method":"POST","timeout":"250ms","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"},{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/a","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """, _upstream.Host);
        using var client = new RawClient(gateway.Port);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");

        Assert.StartsWith("HTTP/1.1 500", await client.ReadAnswerAsync());
        await gateway.WaitForLogAsync("[ENDPOINT: /x] context deadline exceeded");
        Assert.Empty(_upstream.Received);

        // The rest of the body does not spoil the connection.
        await client.SendAsync("67890GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadAnswerAsync());
    }

    [Fact, Spec("RTE-192")]
    public async Task A_body_that_nobody_waits_for_any_more_does_not_spoil_the_connection_of_the_client()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            while (await connection.ReadUntilAsync("\r\n\r\n") is not null)
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"10s","endpoints":[
              {"endpoint":"/x","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
              {"endpoint":"/a","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """, raw.Url);
        using var client = new RawClient(gateway.Port);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");

        Assert.StartsWith("HTTP/1.1 200", await client.ReadAnswerAsync());
        await client.SendAsync("67890GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadAnswerAsync());
    }

    [Fact, Spec("RTE-196")]
    public async Task Data_that_comes_without_an_error_but_too_late_is_shown_and_logged_as_an_error()
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("test/stubborn", ProxyStages.Policies, static (_, _, _) => new Stubborn());
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","timeout":"100ms","extra_config":{"test/stubborn":{}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """, _upstream.Host, new() { Plugins = plugins });

        var reply = await gateway.GetAsync("/x");

        Assert.Equal((200, """{"a":1}"""), (reply.Status, reply.Body));
        await gateway.WaitForLogAsync("[ENDPOINT: /x] internal server error");
    }

    [Fact, Spec("RTE-198", "RTE-336")]
    public async Task A_backend_whose_headers_are_late_is_a_500_and_its_body_may_take_longer()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.StartsWith("GET /late", StringComparison.Ordinal))
                {
                    await connection.WaitForCloseAsync();
                    return;
                }
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\"");
                await Task.Delay(600);
                await connection.WriteAsync(":1}");
            }
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"20s","response_header_timeout":"300ms","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/{how}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/{how}"}]}]}
            """, raw.Url);

        var late = await gateway.GetAsync("/late");
        var slow = await gateway.GetAsync("/slow");

        Assert.Equal((500, "net/http: timeout awaiting response headers"), (late.Status, late.Body));
        Assert.Equal((200, """{"a":1}"""), (slow.Status, slow.Body));
        await raw.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact, Spec("RTE-198", "RTE-337")]
    public async Task A_connection_that_is_not_accepted_in_time_is_a_500()
    {
        // A listener whose queue is full leaves further connections waiting.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var fillers = Enumerable.Range(0, 4).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToArray();
        foreach (var filler in fillers)
            _ = filler.ConnectAsync(IPAddress.Loopback, port).ContinueWith(static t => t.Exception, TaskScheduler.Default);
        await Wait.UntilAsync(() => fillers.Any(static f => f.Connected), static () => "nobody could connect");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"20s","dialer_timeout":"300ms","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, $"http://127.0.0.1:{port}");

        var reply = await gateway.GetAsync("/x");

        Assert.Equal((500, $"dial tcp 127.0.0.1:{port}: i/o timeout"), (reply.Status, reply.Body));
        foreach (var filler in fillers)
            filler.Dispose();
    }

    [Fact, Spec("RTE-200")]
    public async Task When_the_time_is_up_the_connection_to_the_backend_is_closed()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"200ms","endpoints":[{"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, raw.Url);

        Assert.Equal(500, (await gateway.GetAsync("/x")).Status);
        await raw.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory, Spec("RTE-201")]
    [InlineData("\"timeout\":\"soon\",", "")]
    [InlineData("", "\"timeout\":\"2 s\",")]
    [InlineData("\"response_header_timeout\":\"5x\",", "")]
    [InlineData("", "\"cache_ttl\":\"1hour\",")]
    public async Task A_duration_that_is_none_stops_the_start(string service, string endpoint)
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestGateway.StartAsync("""
            {"version":3,$SERVICE"endpoints":[{"endpoint":"/x",$ENDPOINT"backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """.Replace("$SERVICE", service, StringComparison.Ordinal).Replace("$ENDPOINT", endpoint, StringComparison.Ordinal), _upstream.Host));
    }

    [Fact, Spec("RTE-199")]
    public async Task Limits_of_server_and_client_in_an_endpoint_have_no_effect()
    {
        _upstream.AnswerAfter(TimeSpan.FromMilliseconds(300), "/slow", """{"slow":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"10s","endpoints":[{"endpoint":"/x","response_header_timeout":"50ms","write_timeout":"50ms","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/slow","timeout":"50ms"}]}]}
            """, _upstream.Host);

        Assert.Equal(200, (await gateway.GetAsync("/x")).Status);
    }

    /// <summary>Finishes its work whatever the token says.</summary>
    private sealed class Stubborn : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            var expired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancellationToken.UnsafeRegister(_ => expired.SetResult(), null);
            await expired.Task;
            return result;
        }
    }

    private sealed class RawClient : IDisposable
    {
        private readonly TcpClient _client;

        public RawClient(int port) => _client = new TcpClient("127.0.0.1", port);

        public async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));

        /// <summary>The status line of the next answer, whose rest is read over; all answers here are short.</summary>
        public async Task<string> ReadAnswerAsync()
        {
            var buffer = new byte[16 << 10];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            var read = await _client.GetStream().ReadAsync(buffer, limit.Token);
            return Encoding.Latin1.GetString(buffer, 0, read);
        }

        public void Dispose() => _client.Dispose();
    }
}
