using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class FaultTests
{
    [Fact]
    [Spec("RTE-113")]
    public async Task A_refused_connection_reads_like_the_reference()
    {
        using var fixture = new TransportFixture();
        var port = FreePort();

        var error = await fixture.ErrorAsync(TransportFixture.Request($"http://127.0.0.1:{port}"));

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.Equal(500, error.StatusCode);
        Assert.Equal($"dial tcp 127.0.0.1:{port}: connect: connection refused", error.Message);
    }

    [Fact]
    [Spec("RTE-113", "RTE-344")]
    public async Task A_name_that_does_not_resolve_is_a_connection_failure()
    {
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request("http://no-such-host.invalid"));

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.StartsWith("dial tcp: lookup no-such-host.invalid: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-344")]
    public async Task A_name_with_addresses_of_two_families_reaches_the_one_that_listens()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var fixture = new TransportFixture();

        Assert.Equal("ok", await fixture.GetTextAsync($"http://localhost:{upstream.Port}"));
        Assert.Contains($"Host: localhost:{upstream.Port}\r\n", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-337")]
    public async Task A_dial_that_takes_too_long_is_an_io_timeout()
    {
        // A listener whose queue is full drops further handshakes, so that a dial hangs.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var endpoint = (IPEndPoint)full.LocalEndPoint!;
        var fillers = new List<Socket>();
        for (var i = 0; i < 8; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            fillers.Add(filler);
            try
            {
                filler.Connect(endpoint);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // In progress, as meant.
            }
        }
        using var fixture = new TransportFixture(new TransportConfig { DialerTimeout = TimeSpan.FromMilliseconds(150) });

        var error = await fixture.ErrorAsync(TransportFixture.Request($"http://127.0.0.1:{endpoint.Port}"));

        Assert.Equal(GatewayErrorKind.Timeout, error.Kind);
        Assert.Equal($"dial tcp 127.0.0.1:{endpoint.Port}: i/o timeout", error.Message);
        fillers.ForEach(filler => filler.Dispose());
    }

    [Theory]
    [Spec("RTE-113")]
    [InlineData("", "EOF")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b", "unexpected EOF")]
    public async Task A_connection_that_ends_before_the_head_is_an_end(string sent, string message)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(sent);
        });
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request(upstream.Url));

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.Equal(message, error.Message);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    [Spec("RTE-113")]
    public async Task A_reset_is_a_connection_failure()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            connection.Reset();
        });
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request(upstream.Url));

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.Equal($"read tcp 127.0.0.1:{upstream.Port}: connection reset by peer", error.Message);
    }

    [Fact]
    public async Task Cancelling_a_call_that_hangs_closes_its_socket_at_once()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();
        using var cancel = new CancellationTokenSource();

        var call = fixture.ErrorAsync(TransportFixture.Request(upstream.Url), cancel.Token);
        await TransportFixture.UntilAsync(() => upstream.Requests.Count == 1);
        var started = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        var error = await call;
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);

        Assert.Equal(GatewayErrorKind.Timeout, error.Kind);
        Assert.Equal("context deadline exceeded", error.Message);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        Assert.Equal(0, fixture.Transport.IdleConnections);
    }

    [Fact]
    public async Task A_token_that_has_fired_already_sends_nothing()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request(upstream.Url), new CancellationToken(canceled: true));

        Assert.Equal("context deadline exceeded", error.Message);
        Assert.Empty(upstream.Connections);
    }

    [Fact]
    [Spec("RTE-107")]
    public async Task A_client_that_leaves_is_told_from_a_deadline()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();
        using var leave = new CancellationTokenSource();
        var template = TransportFixture.Request(upstream.Url);
        var request = new ProxyRequest
        {
            Method = "GET",
            Target = "/",
            Host = template.Host,
            Headers = template.Headers,
            Query = template.Query,
            Parameters = template.Parameters,
            Body = RequestBody.Empty,
            ClientAborted = leave.Token,
        };

        var call = fixture.ErrorAsync(request, leave.Token);
        await TransportFixture.UntilAsync(() => upstream.Requests.Count == 1);
        await leave.CancelAsync();
        var error = await call;

        Assert.Equal(GatewayErrorKind.ClientAborted, error.Kind);
        Assert.Equal("context canceled", error.Message);
    }

    [Fact]
    public async Task Cancelling_after_the_answer_was_disposed_does_not_touch_the_next_call()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var fixture = new TransportFixture();

        for (var i = 0; i < 50; i++)
        {
            using var cancel = new CancellationTokenSource();
            using (var response = (await fixture.SendAsync(TransportFixture.Request(upstream.Url), cancel.Token)).Response!)
                await TransportFixture.TextAsync(response);
            var next = fixture.GetTextAsync(upstream.Url);
            await cancel.CancelAsync();
            Assert.Equal("ok", await next);
        }
        Assert.Single(upstream.Connections);
    }

    [Fact]
    [Spec("RTE-336")]
    public async Task Headers_that_do_not_come_in_time_are_a_timeout_and_body_time_does_not_count()
    {
        var release = new TaskCompletionSource();
        await using var silent = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WaitForCloseAsync();
        });
        await using var slowBody = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            await release.Task;
            await connection.WriteAsync("ok");
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture(new TransportConfig { ResponseHeaderTimeout = TimeSpan.FromMilliseconds(300) });

        using var response = (await fixture.GetAsync(slowBody.Url)).Response!;
        var error = await fixture.ErrorAsync(TransportFixture.Request(silent.Url));
        release.SetResult();

        Assert.Equal(GatewayErrorKind.Timeout, error.Kind);
        Assert.Equal("net/http: timeout awaiting response headers", error.Message);
        await silent.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
        Assert.Equal("ok", await TransportFixture.TextAsync(response));
    }

    [Fact]
    public async Task A_request_without_a_host_is_a_failure()
    {
        using var fixture = new TransportFixture();
        var request = TransportFixture.Request("http://a");
        request.Host = null;

        Assert.Equal("no hosts available", (await fixture.ErrorAsync(request)).Message);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
