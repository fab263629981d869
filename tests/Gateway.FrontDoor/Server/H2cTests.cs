using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>HTTP/2 over clear text.</summary>
public sealed class H2cTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("""{"id":1}"""));
        _upstream.AnswerAfter(TimeSpan.FromMilliseconds(1500), "/slow", """{"late":true}""");
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("CFG-167", "CFG-168", "CFG-169")]
    [InlineData("\"use_h2c\":true,", null, true)]
    [InlineData("\"extra_config\":{\"router\":{\"use_h2c\":true}},", null, true)]
    [InlineData("\"use_h2c\":false,", "true", true)]
    [InlineData("\"use_h2c\":true,", "false", false)]
    [InlineData("", "true", false)]
    [InlineData("", null, false)]
    public async Task Http_2_with_prior_knowledge_is_served_only_when_asked_for(string settings, string? variable, bool served)
    {
        await using var gateway = await StartAsync(settings, variable);
        using var client = Http2Client(gateway);

        if (!served)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/a"));
            return;
        }
        using var response = await client.GetAsync("/a");
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("""{"id":1}""", await response.Content.ReadAsStringAsync());
    }

    [Fact, Spec("CFG-168")]
    public async Task The_old_place_of_use_h2c_is_noticed()
    {
        await using var gateway = await StartAsync("\"extra_config\":{\"router\":{\"use_h2c\":true}},");

        Assert.Contains(gateway.Diagnostics.All, static d => d.Message.Contains("use_h2c", StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-167")]
    public async Task The_same_port_serves_http_1_1()
    {
        await using var gateway = await StartAsync("\"use_h2c\":true,");
        using var connection = await gateway.ConnectAsync();
        var answers = new List<string?>();

        for (var i = 0; i < 2; i++)
        {
            // A method that begins like the preface of HTTP/2.
            foreach (var part in "P|OST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".Split('|'))
                await connection.WriteAsync(part);
            answers.Add(await connection.ReadResponseAsync());
        }

        Assert.All(answers, static a => Assert.StartsWith("HTTP/1.1 200 ", a, StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-167")]
    public async Task A_preface_in_pieces_is_recognised()
    {
        await using var gateway = await StartAsync("\"use_h2c\":true,");
        using var connection = await gateway.ConnectAsync();

        foreach (var part in "PRI * HT|TP/2.0\r\n\r\nS|M\r\n\r\n|\0\0\0\u0004\0\0\0\0\0".Split('|'))
            await connection.WriteAsync(part);

        // A SETTINGS frame of the server: type 4 in the fourth byte.
        var frame = await connection.ReadExactlyAsync(9);
        Assert.Equal('\u0004', frame[3]);
    }

    [Theory, Spec("CFG-167", "RTE-091")]
    [InlineData("")]
    [InlineData("\"use_h2c\":true,")]
    public async Task An_upgrade_to_h2c_is_ignored_and_never_forwarded(string settings)
    {
        await using var gateway = await StartAsync(settings);
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        var received = Assert.Single(_upstream.Received);
        Assert.Null(received.Header("Upgrade"));
        Assert.Null(received.Header("HTTP2-Settings"));
        Assert.DoesNotContain("pgrade", received.Header("Connection") ?? "", StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-162", "CFG-167")]
    public async Task Write_timeout_resets_a_late_stream_and_not_its_neighbours()
    {
        await using var gateway = await StartAsync("\"use_h2c\":true,\"write_timeout\":\"500ms\",");
        using var client = Http2Client(gateway);
        using (var first = await client.GetAsync("/a"))
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        var late = client.GetAsync("/slow");
        for (var i = 0; !late.IsCompleted; i++)
        {
            using var neighbour = await client.GetAsync("/a");
            Assert.Equal(HttpStatusCode.OK, neighbour.StatusCode);
            await Task.Delay(20);
        }

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => late);
        Assert.Contains("INTERNAL_ERROR", error.ToString(), StringComparison.Ordinal);
        using var after = await client.GetAsync("/a");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact, Spec("CFG-161", "CFG-167")]
    public async Task Read_timeout_resets_a_stream_whose_body_is_late()
    {
        await using var gateway = await StartAsync("\"use_h2c\":true,\"read_timeout\":\"500ms\",");
        using var client = Http2Client(gateway);
        using var body = new StalledContent();
        using var complete = new StringContent("abc");

        var late = client.PostAsync("/b", body);
        var onTime = client.PostAsync("/slow", complete);

        await Assert.ThrowsAsync<HttpRequestException>(() => late);
        using var response = await onTime;
        Assert.Equal("""{"late":true}""", await response.Content.ReadAsStringAsync());
    }

    [Fact, Spec("CFG-163", "CFG-167")]
    public async Task Idle_timeout_ends_a_connection_without_streams_and_never_one_that_serves()
    {
        await using var gateway = await StartAsync("\"use_h2c\":true,\"idle_timeout\":\"300ms\",");
        var connections = new List<Socket>();
        using var client = Http2Client(gateway, connections);

        using (var slow = await client.GetAsync("/slow"))
            Assert.Equal(HttpStatusCode.OK, slow.StatusCode);
        await Wait.UntilAsync(() => !connections[0].Connected, static () => "the idle connection stayed");
        using var next = await client.GetAsync("/a");

        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    private Task<TestGateway> StartAsync(string settings, string? variable = null) => TestGateway.StartAsync(
        $$"""
        {"version":3,{{settings}}"host":["$UPSTREAM"],"timeout":"5s","endpoints":[
          {"endpoint":"/a","input_headers":["*"],"backend":[{"url_pattern":"/a"}]},
          {"endpoint":"/b","method":"POST","backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/slow","backend":[{"url_pattern":"/slow"}]},
          {"endpoint":"/slow","method":"POST","backend":[{"url_pattern":"/slow"}]}]}
        """, _upstream.Host, variable is null ? null : new() { Environment = new Dictionary<string, string> { ["KRAKEND_USE_H2C"] = variable } });

    private static HttpClient Http2Client(TestGateway gateway, List<Socket>? connections = null) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            connections?.Add(socket);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{gateway.Port}"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Announces ten bytes, sends one, and nothing more until it is cancelled.</summary>
    private sealed class StalledContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[1], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 10;
            return true;
        }
    }
}
