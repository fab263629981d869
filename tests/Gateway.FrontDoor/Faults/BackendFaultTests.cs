using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>Backends that break off, hang or speak nonsense: the client gets an answer, the gateway and its connections live on.</summary>
public sealed class BackendFaultTests
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":1}";

    [Fact, Spec("RTE-104")]
    public async Task Refused_connections_are_500()
    {
        await using var gateway = await StartAsync($"http://127.0.0.1:{UnusedPort()}");

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/data"));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/raw"));
        await gateway.WaitForLogAsync("connection refused");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_in_the_middle_of_a_body_is_500_for_data(bool reset)
    {
        await using var upstream = new RawUpstream(connection => BreakOffAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", reset));
        await using var gateway = await StartAsync(upstream.Url);

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/data"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_in_the_middle_of_a_raw_body_cuts_the_client_off(bool reset)
    {
        await using var upstream = new RawUpstream(connection => BreakOffAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", reset));
        await using var gateway = await StartAsync(upstream.Url);
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("GET /raw HTTP/1.1\r\nHost: a\r\n\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.DoesNotContain("\r\n0\r\n", answer, StringComparison.Ordinal);
        Assert.True(answer.Length == 0 || answer.Contains("Content-Length: 100", StringComparison.Ordinal), answer);
        await gateway.WaitForLogAsync("ERROR: [ENDPOINT: /raw]");
    }

    [Fact]
    public async Task A_chunked_raw_body_that_breaks_off_never_looks_complete()
    {
        await using var upstream = new RawUpstream(connection => BreakOffAsync(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", reset: false));
        await using var gateway = await StartAsync(upstream.Url);
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("GET /raw HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.DoesNotContain("\r\n0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"")]
    public async Task A_hanging_backend_costs_the_timeout_and_no_more(string start)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(start);
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(upstream.Url, "300ms");
        var watch = Stopwatch.StartNew();

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/data"));

        Assert.InRange(watch.ElapsedMilliseconds, 280, 5000);
        await gateway.WaitForLogAsync("[ENDPOINT: /data] context deadline exceeded");
        await Wait.UntilAsync(() => upstream.Connections[0].Closed.IsCompleted, static () => "the hanging connection stayed open");
    }

    [Theory]
    [InlineData("garbage garbage\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\r\n\r\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 99 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\n folded\r\n\r\n{}")]
    public async Task Garbage_is_500_and_the_next_call_is_not_touched_by_it(string garbage)
    {
        var calls = 0;
        await using var upstream = new RawUpstream(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(Interlocked.Increment(ref calls) <= 2 ? garbage : Hello);
        });
        await using var gateway = await StartAsync(upstream.Url, "500ms");

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/data"));
        var raw = await gateway.SendRawAsync("GET /raw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("{}", raw, StringComparison.Ordinal);
        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/data"));
    }

    [Theory]
    [InlineData("/data")]
    [InlineData("/raw")]
    public async Task A_body_longer_than_its_length_is_cut_and_the_connection_not_used_again(string path)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(Hello + "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"evil\":1}");
        });
        await using var gateway = await StartAsync(upstream.Url);

        for (var i = 0; i < 3; i++)
            Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync(path));

        Assert.Equal(3, upstream.Connections.Count);
    }

    [Fact]
    public async Task A_body_shorter_than_its_length_is_500_and_not_stale_data()
    {
        await using var upstream = new RawUpstream(connection => BreakOffAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\":1}", reset: false));
        await using var gateway = await StartAsync(upstream.Url);

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/data"));
    }

    [Theory]
    [InlineData("/data")]
    [InlineData("/raw")]
    public async Task Headers_beyond_the_limits_are_500(string path)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n");
            if (connection.Index == 0)
            {
                for (var i = 0; i < 5000; i++)
                    await connection.WriteAsync($"X-{i}: y\r\n");
            }
            else
            {
                var line = $"X-Long: {new string('x', 60_000)}\r\n";
                for (var i = 0; i < 40; i++)
                    await connection.WriteAsync(line);
            }
            await connection.WriteAsync("Content-Length: 2\r\n\r\n{}");
        });
        await using var gateway = await StartAsync(upstream.Url, "5s");

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, path));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, path));
    }

    [Fact]
    public async Task Informational_answers_are_skipped_and_an_endless_row_of_them_is_500()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            var count = connection.Index == 0 ? 2 : 10_000;
            for (var i = 0; i < count; i++)
                await connection.WriteAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
            await connection.WriteAsync(Hello);
        });
        await using var gateway = await StartAsync(upstream.Url, "5s");

        Assert.Equal("""{"id":1}""", await gateway.Client.GetStringAsync("/data"));
        await Wait.UntilAsync(() => upstream.Connections[0].Closed.IsCompleted || upstream.Connections.Count == 1, static () => "");
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/data"));
    }

    private static async Task BreakOffAsync(RawConnection connection, string start, bool reset)
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync(start);
        if (reset)
            connection.Reset();
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<HttpStatusCode> StatusAsync(TestGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(path);
        return response.StatusCode;
    }

    private static Task<TestGateway> StartAsync(string host, string timeout = "2s") => TestGateway.StartAsync(
        $$"""
        {"version":3,"host":["$UPSTREAM"],"timeout":"{{timeout}}","endpoints":[
          {"endpoint":"/data","backend":[{"url_pattern":"/x"}]},
          {"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/x"}]}]}
        """, host);
}
