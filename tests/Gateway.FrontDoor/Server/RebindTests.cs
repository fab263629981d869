using System.Net;
using System.Net.Sockets;
using Gateway.Core.Server;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>A reload with other settings of the listener.</summary>
public sealed class RebindTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"ok":true}""");
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("CFG-345")]
    public async Task New_connections_get_the_new_settings_and_old_ones_end_with_the_answer_to_their_next_request()
    {
        await using var gateway = await StartAsync("");
        var port = gateway.Port;
        var big = new string('x', 30_000);
        using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.DoesNotContain("Connection: close", await connection.ReadUntilAsync("""{"ok":true}"""), StringComparison.OrdinalIgnoreCase);

        await ReloadAsync(gateway, "\"max_header_bytes\":8192,");

        Assert.Equal(port, gateway.Port);
        Assert.Contains(" 431 ", await gateway.SendRawAsync($"GET /a HTTP/1.1\r\nHost: x\r\nX-Big: {big}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        await connection.WriteAsync($"GET /a HTTP/1.1\r\nHost: x\r\nX-Big: {big}\r\n\r\n");
        var last = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200", last, StringComparison.Ordinal);
        Assert.Contains("Connection: close", last, StringComparison.OrdinalIgnoreCase);
    }

    [Fact, Spec("CFG-345")]
    public async Task A_request_in_progress_finishes_and_a_stop_waits_for_it()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.On("/slow", async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("""{"late":true}""");
        });
        await using var gateway = await StartAsync("");
        var inFlight = gateway.Client.GetStringAsync("/slow");
        await Wait.UntilAsync(() => _upstream.ReceivedAt("/slow").Count == 1, static () => "the request never arrived");

        await ReloadAsync(gateway, "\"read_timeout\":\"5s\",");
        var stopped = gateway.StopAsync();
        Assert.False(stopped.IsCompleted);
        release.SetResult();

        Assert.Equal("""{"late":true}""", await inFlight);
        await stopped;
    }

    [Fact, Spec("CFG-345")]
    public async Task No_connection_is_refused_while_the_listener_is_replaced_again_and_again()
    {
        await using var gateway = await StartAsync("");
        using var stop = new CancellationTokenSource();
        using var single = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = gateway.Client.BaseAddress };
        var callers = new[] { single, single, gateway.Client, gateway.Client }.Select(client => CallAsync(client, stop.Token)).ToArray();

        for (var i = 0; i < 20; i++)
            await ReloadAsync(gateway, i % 2 == 0 ? "\"idle_timeout\":\"30s\"," : "");
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(callers), static answers => Assert.True(answers > 0));
    }

    [Fact, Spec("CFG-345")]
    public async Task Http_2_in_clear_text_comes_to_the_same_port_and_its_connections_move_on_when_the_listener_is_replaced()
    {
        await using var gateway = await StartAsync("");
        using var client = Http2Client(gateway);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/a"));

        for (var i = 1; i <= 3; i++)
        {
            await ReloadAsync(gateway, $"\"use_h2c\":true,\"idle_timeout\":\"{i}m\",");
            for (var j = 0; j < 5; j++)
                Assert.Equal("""{"ok":true}""", await client.GetStringAsync("/a"));
        }
        Assert.Equal("""{"ok":true}""", await gateway.Client.GetStringAsync("/a"));
    }

    [Fact, Spec("CFG-149")]
    public async Task A_stop_lets_requests_over_http_2_finish()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.On("/slow", async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("""{"late":true}""");
        });
        await using var gateway = await StartAsync("\"use_h2c\":true,");
        using var client = Http2Client(gateway);
        var inFlight = client.GetStringAsync("/slow");
        await Wait.UntilAsync(() => _upstream.ReceivedAt("/slow").Count == 1, static () => "the request never arrived");

        var stopped = gateway.StopAsync();
        release.SetResult();

        Assert.Equal("""{"late":true}""", await inFlight);
        await stopped;
    }

    [Fact, Spec("CFG-346")]
    public async Task An_address_of_another_machine_refuses_the_reload_and_everything_stays()
    {
        await using var gateway = await StartAsync("");

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => ReloadAsync(gateway, "\"listen_ip\":\"203.0.113.1\","));

        Assert.Contains("the address is not one of this machine", refused.Message, StringComparison.Ordinal);
        Assert.Equal("""{"ok":true}""", await gateway.Client.GetStringAsync("/a"));
        await ReloadAsync(gateway, "\"idle_timeout\":\"30s\",");
        Assert.Equal("""{"ok":true}""", await gateway.Client.GetStringAsync("/a"));
    }

    [Fact, Spec("CFG-346")]
    public async Task Another_address_on_the_same_port_is_bound_before_the_old_one_is_closed()
    {
        var port = FreePort();
        await using var gateway = await TestGateway.StartAsync(Document(""), _upstream.Host, new() { Port = port });

        foreach (var settings in new[] { "\"listen_ip\":\"127.0.0.1\",", "", "\"listen_ip\":\"127.0.0.1\"," })
        {
            await ReloadAsync(gateway, settings);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Client.BaseAddress };
            Assert.Equal("""{"ok":true}""", await client.GetStringAsync("/a"));
        }

        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => other.Bind(new IPEndPoint(IPAddress.Loopback, port)));
    }

    [Fact, Spec("CFG-345")]
    public async Task A_connection_without_a_request_is_closed_after_a_while()
    {
        await using var gateway = await TestGateway.StartAsync(Document(""), _upstream.Host, new() { Limits = new() { ReloadDrain = TimeSpan.FromMilliseconds(200) } });
        using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        await connection.ReadUntilAsync("""{"ok":true}""");

        await ReloadAsync(gateway, "\"idle_timeout\":\"30s\",");

        Assert.Equal("", await connection.ReadToEndAsync());
    }

    [Fact, Spec("CFG-153")]
    public async Task Settings_that_stay_leave_connections_alone()
    {
        await using var gateway = await StartAsync("\"idle_timeout\":\"30s\",");
        using var connection = await gateway.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await connection.WriteAsync("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.DoesNotContain("Connection: close", await connection.ReadUntilAsync("""{"ok":true}"""), StringComparison.OrdinalIgnoreCase);
            await ReloadAsync(gateway, "\"idle_timeout\":\"30s\",\"max_shutdown_wait_time\":\"9s\",");
        }
    }

    private Task<TestGateway> StartAsync(string settings) => TestGateway.StartAsync(Document(settings), _upstream.Host);

    private static Task ReloadAsync(TestGateway gateway, string settings) => gateway.ReloadAsync(Document(settings));

    private static async Task<int> CallAsync(HttpClient client, CancellationToken stop)
    {
        var answers = 0;
        for (; !stop.IsCancellationRequested; answers++)
            Assert.Equal("""{"ok":true}""", await client.GetStringAsync("/a", CancellationToken.None));
        return answers;
    }

    private static HttpClient Http2Client(TestGateway gateway) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = gateway.Client.BaseAddress,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string Document(string settings) => $$"""
        {"version":3,"timeout":"30s",{{settings}}"endpoints":[
          {"endpoint":"/a","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]},
          {"endpoint":"/slow","backend":[{"host":["$UPSTREAM"],"url_pattern":"/slow"}]}]}
        """;
}
