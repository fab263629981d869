using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>HTTP/2 clients that misbehave.</summary>
public sealed class Http2FaultTests
{
    [Fact]
    public async Task Streams_that_are_reset_at_once_leave_no_call_behind()
    {
        var open = 0;
        var total = 0;
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/fast", "{}");
        upstream.On("/hang", async context =>
        {
            Interlocked.Increment(ref open);
            Interlocked.Increment(ref total);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, upstream.Stopping);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Decrement(ref open);
        });
        await using var gateway = await StartAsync(upstream.Host);
        using var client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{gateway.Port}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        for (var round = 0; round < 20; round++)
        {
            using var cancel = new CancellationTokenSource();
            var calls = Enumerable.Range(0, 50).Select(async _ =>
            {
                try
                {
                    using var response = await client.GetAsync("/hang", cancel.Token);
                }
                catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
                {
                    // What this test is about.
                }
            }).ToArray();
            var seen = Volatile.Read(ref total);
            await Wait.UntilAsync(() => Volatile.Read(ref total) > seen, static () => "no call reached the backend");
            await cancel.CancelAsync();
            await Task.WhenAll(calls);
        }

        await Wait.UntilAsync(() => Volatile.Read(ref open) == 0, () => $"{open} calls stayed open");
        Assert.Equal("{}", await client.GetStringAsync("/fast"));
    }

    [Fact]
    public async Task A_flood_of_headers_and_resets_is_bounded_and_leaves_no_call_behind()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/fast", "{}").AnswerAfter(TimeSpan.FromSeconds(20), "/hang", "{}");
        await using var gateway = await StartAsync(upstream.Host);
        using var connection = await gateway.ConnectAsync();
        var end = connection.ReadToEndAsync(TimeSpan.FromSeconds(60));
        await connection.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.WriteAsync(Frame(4, 0, 0));
        // :method GET, :scheme http, :path /hang, :authority a, all without a table.
        byte[] headers = [0x82, 0x86, 0x04, 0x05, .. "/hang"u8, 0x01, 0x01, .. "a"u8];

        try
        {
            for (var stream = 1; stream < 10_000 && !end.IsCompleted; stream += 2)
            {
                await connection.WriteAsync([.. Frame(1, 0x5, stream, headers), .. Frame(3, 0, stream, [0, 0, 0, 8])]);
            }
        }
        catch (IOException)
        {
            // The server had enough (ENHANCE_YOUR_CALM).
        }

        using var response = await gateway.Client.GetAsync("/fast");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        connection.Close();
        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("Connection", "close")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Upgrade", "h2c")]
    public async Task Headers_that_http_2_forbids_are_refused_or_end_at_the_gateway(string name, string value)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/fast", "{}");
        await using var gateway = await StartAsync(upstream.Host);
        using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.WriteAsync(Frame(4, 0, 0));
        byte[] field = [0x00, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name.ToLowerInvariant()), (byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(value)];
        byte[] headers = [0x82, 0x86, 0x04, 0x05, .. "/fast"u8, 0x01, 0x01, .. "a"u8, .. field];

        await connection.WriteAsync(Frame(1, 0x5, 1, headers));

        // RST_STREAM (3), GOAWAY (7) or the HEADERS (1) of an answer.
        var types = new List<int>();
        while (!types.Contains(3) && !types.Contains(7) && !types.Contains(1))
        {
            var head = await connection.ReadExactlyAsync(9).WaitAsync(TimeSpan.FromSeconds(10));
            types.Add(head[3]);
            await connection.ReadExactlyAsync((head[0] << 16) | (head[1] << 8) | head[2]);
        }
        Assert.Equal(types.Contains(1) ? 1 : 0, upstream.Received.Count);
        Assert.All(upstream.Received, r => Assert.Null(r.Header(name)));
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[]? payload = null)
    {
        payload ??= [];
        return [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags,
            (byte)(stream >> 24), (byte)(stream >> 16), (byte)(stream >> 8), (byte)stream, .. payload];
    }

    private static Task<TestGateway> StartAsync(string host) => TestGateway.StartAsync("""
        {"version":3,"use_h2c":true,"host":["$UPSTREAM"],"timeout":"20s","endpoints":[
          {"endpoint":"/fast","input_headers":["*"],"backend":[{"url_pattern":"/fast"}]},
          {"endpoint":"/hang","backend":[{"url_pattern":"/hang"}]}]}
        """, host);
}
