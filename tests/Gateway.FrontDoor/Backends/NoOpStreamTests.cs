using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Bodies of no-op endpoints while they are on their way.</summary>
public sealed class NoOpStreamTests
{
    private const string Configuration = """
        {"version":3,"timeout":"$TIMEOUT","endpoints":[
          {"endpoint":"/x","method":"$METHOD","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/stream"}]}]}
        """;

    [Theory, Spec("RTE-146")]
    [InlineData("Transfer-Encoding: chunked\r\n", true)]
    [InlineData("Connection: close\r\n", false)]
    public async Task The_first_event_reaches_the_client_while_the_backend_holds_the_stream_open(string framing, bool isChunked)
    {
        var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n");
            await connection.WriteAsync(Chunk("data: 1\n\n", isChunked));
            await more.Task.WaitAsync(connection.Stopped);
            await connection.WriteAsync(Chunk("data: 2\n\n", isChunked) + (isChunked ? "0\r\n\r\n" : ""));
        });
        await using var gateway = await StartAsync(raw.Url, "20s");

        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        more.SetResult();

        Assert.Equal("data: 1", first);
        Assert.Equal("\ndata: 2\n\n", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
    }

    [Fact, Spec("RTE-146")]
    public async Task The_head_of_a_stream_reaches_the_client_before_there_is_any_event()
    {
        var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            await more.Task.WaitAsync(connection.Stopped);
            await connection.WriteAsync("0\r\n\r\n");
        });
        await using var gateway = await StartAsync(raw.Url, "20s");

        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));
        more.SetResult();

        Assert.Equal("", await response.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory, Spec("RTE-146", "RTE-192")]
    [InlineData("Content-Length: 100\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public async Task A_stream_that_outlives_the_timeout_is_cut_so_that_the_client_can_tell(string framing)
    {
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n5\r\nbegin\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(raw.Url, "1s");

        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(200, (int)response.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        await gateway.WaitForLogAsync("[ENDPOINT: /x] context deadline exceeded");
        // And the backend is let go of.
        await raw.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory, Spec("RTE-146")]
    [InlineData("Content-Length: 100\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public async Task A_body_that_breaks_off_at_the_backend_breaks_off_at_the_client(string framing)
    {
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n5\r\nbegin\r\n");
        });
        await using var gateway = await StartAsync(raw.Url, "10s");

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/x"));
        await gateway.WaitForLogAsync("[ENDPOINT: /x] unexpected EOF");
    }

    [Fact, Spec("RTE-146")]
    public async Task A_client_that_leaves_ends_the_stream_at_the_backend()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(raw.Url, "60s");

        using (var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead))
        {
            var stream = await response.Content.ReadAsStreamAsync();
            Assert.Equal(1, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        }

        await raw.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));
        await gateway.WaitForLogAsync("[ENDPOINT: /x] context canceled");
    }

    [Fact, Spec("RTE-146")]
    public async Task A_large_body_is_not_held_in_memory()
    {
        const int Size = 64 << 20;
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/stream", static async context =>
        {
            var block = new byte[64 << 10];
            for (var sent = 0; sent < Size; sent += block.Length)
                await context.Response.Body.WriteAsync(block);
        });
        // A limit that is smaller than the body would refuse it if it were read into memory.
        await using var gateway = await TestGateway.StartAsync(
            Configuration.Replace("$TIMEOUT", "30s", StringComparison.Ordinal).Replace("$METHOD", "GET", StringComparison.Ordinal),
            upstream.Host,
            new() { Limits = new() { DecodedResponse = 1 << 20, ErrorBody = 1 << 20 } });

        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        var stream = await response.Content.ReadAsStreamAsync();
        long received = 0;
        var buffer = new byte[64 << 10];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            received += read;

        Assert.Equal(Size, received);
    }

    [Fact, Spec("RTE-146")]
    public async Task The_body_of_the_request_streams_too()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            Assert.NotNull(await connection.ReadUntilAsync("first"));
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(raw.Url, "20s", "POST");

        // The backend answers to the first part of a body whose second part nobody has sent.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Port);
        await client.GetStream().WriteAsync("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static string Chunk(string text, bool isChunked) => isChunked ? $"{text.Length:x}\r\n{text}\r\n" : text;

    private static Task<TestGateway> StartAsync(string upstream, string timeout, string method = "GET") => TestGateway.StartAsync(
        Configuration.Replace("$TIMEOUT", timeout, StringComparison.Ordinal).Replace("$METHOD", method, StringComparison.Ordinal), upstream);
}
