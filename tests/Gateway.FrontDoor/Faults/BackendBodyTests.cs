using System.IO.Compression;
using System.Net;
using System.Text;
using Gateway.Core;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>Bodies of backends that are too large, too deep, or no JSON at all.</summary>
[Collection("memory")]
public sealed class BackendBodyTests
{
    private const long Gigabyte = 1L << 30;

    [Fact]
    public async Task A_body_of_one_gigabyte_is_500_for_data_and_memory_stays_bounded()
    {
        await using var upstream = Streaming(Gigabyte, chunked: true);
        await using var gateway = await StartAsync(upstream.Url, new Limits { DecodedResponse = 8 << 20 });
        var before = Allocated();

        using var response = await gateway.Client.GetAsync("/data");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        await gateway.WaitForLogAsync("too large");
        Assert.InRange(Allocated() - before, long.MinValue, 128 << 20);
    }

    [Fact]
    public async Task An_announced_gigabyte_is_500_for_data_without_reading_it()
    {
        await using var upstream = Streaming(Gigabyte, chunked: false);
        await using var gateway = await StartAsync(upstream.Url, new Limits());

        using var response = await gateway.Client.GetAsync("/data");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        await upstream.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_raw_body_of_one_gigabyte_streams_through_with_bounded_memory(bool chunked)
    {
        await using var upstream = Streaming(Gigabyte, chunked);
        await using var gateway = await StartAsync(upstream.Url, new Limits());
        var before = Allocated();
        long peak = 0;

        using var response = await gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[256 << 10];
        long total = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        for (var i = 0; await body.ReadAsync(buffer, limit.Token) is > 0 and var read; i++)
        {
            total += read;
            if (i % 512 == 0)
                peak = Math.Max(peak, Allocated() - before);
        }

        Assert.Equal(Gigabyte, total);
        Assert.InRange(peak, long.MinValue, 64 << 20);
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_the_backend()
    {
        long sent = 0;
        await using var upstream = Streaming(Gigabyte, chunked: false, count => Interlocked.Add(ref sent, count));
        await using var gateway = await StartAsync(upstream.Url, new Limits());
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("GET /raw HTTP/1.1\r\nHost: a\r\n\r\n");
        await Wait.UntilAsync(() => Interlocked.Read(ref sent) > 0, static () => "nothing was sent");

        // Kernel buffers and the pipe fill, and then nothing moves any more: the same figure forty times in a row.
        var (last, same) = (-1L, 0);
        await Wait.UntilAsync(IsStill, static () => "the backend never stopped");
        Assert.InRange(Interlocked.Read(ref sent), 1, 128 << 20);

        bool IsStill()
        {
            var now = Interlocked.Read(ref sent);
            same = now == last ? same + 1 : 0;
            last = now;
            return same >= 40;
        }
    }

    [Theory]
    [InlineData("/data")]
    [InlineData("/asked")]
    public async Task A_gzip_bomb_is_500_and_memory_stays_bounded(string path)
    {
        var bomb = Bomb(1L << 30);
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(bomb, context.RequestAborted);
        });
        await using var gateway = await StartAsync(upstream.Host, new Limits { DecodedResponse = 8 << 20 });
        var before = Allocated();
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", "gzip" } } };

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.InRange(Allocated() - before, long.MinValue, 64 << 20);
    }

    [Theory, Spec("MAN-060")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{'a':1}")]
    [InlineData("<html></html>")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":\"\u0001\"}")]
    [InlineData("[1,2]")]
    [InlineData("\"text\"")]
    public async Task A_body_that_is_no_object_is_500(string body)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/x", body);
        await using var gateway = await StartAsync(upstream.Host, new Limits());

        using var response = await gateway.Client.GetAsync("/data");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public async Task Json_nested_10000_deep_is_500_and_costs_no_stack(string open)
    {
        var close = open == "[" ? "]" : "}";
        var text = "{\"x\":" + string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000)) + "}";
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/x", text);
        await using var gateway = await StartAsync(upstream.Host, new Limits());

        foreach (var path in new[] { "/data", "/shaped", "/merged" })
        {
            using var response = await gateway.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    [Fact, Spec("MAN-060")]
    public async Task The_last_of_duplicate_keys_wins()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/x", """{"a":1,"b":2,"a":3,"a":{"c":1,"c":2}}""");
        await using var gateway = await StartAsync(upstream.Host, new Limits());

        Assert.Equal("""{"a":{"c":2},"b":2}""", await gateway.Client.GetStringAsync("/data"));
    }

    [Fact]
    public async Task Invalid_utf_8_becomes_replacement_characters_and_the_answer_is_valid()
    {
        byte[] body = [.. "{\"a\":\""u8, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, .. "\",\"k"u8, 0xfe, .. "\":1}"u8];
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/x", context => context.Response.Body.WriteAsync(body).AsTask());
        await using var gateway = await StartAsync(upstream.Host, new Limits());

        using var response = await gateway.Client.GetAsync("/data");
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        Assert.StartsWith("\ufffd", json.RootElement.GetProperty("a").GetString(), StringComparison.Ordinal);
    }

    private static long Allocated()
    {
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private static RawUpstream Streaming(long size, bool chunked, Action<int>? sent = null) => new(async connection =>
    {
        const int Block = 256 << 10;
        await connection.ReadRequestAsync();
        await connection.WriteAsync(chunked
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            : FormattableString.Invariant($"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n"));
        var text = new string(' ', Block);
        var block = Encoding.Latin1.GetBytes(chunked ? $"{Block:x}\r\n{text}\r\n" : text);
        for (long at = 0; at < size; at += Block)
        {
            await connection.WriteAsync(block);
            sent?.Invoke(Block);
        }
        if (chunked)
            await connection.WriteAsync("0\r\n\r\n");
        await connection.WaitForCloseAsync();
    });

    private static byte[] Bomb(long size)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)' ');
            for (long at = 0; at < size; at += block.Length)
                gzip.Write(block);
        }
        return output.ToArray();
    }

    private static Task<TestGateway> StartAsync(string host, Limits limits) => TestGateway.StartAsync("""
        {"version":3,"host":["$UPSTREAM"],"timeout":"25s","endpoints":[
          {"endpoint":"/data","backend":[{"url_pattern":"/x"}]},
          {"endpoint":"/asked","input_headers":["Accept-Encoding"],"backend":[{"url_pattern":"/x"}]},
          {"endpoint":"/shaped","backend":[{"url_pattern":"/x","deny":["x.y"],"group":"g"}]},
          {"endpoint":"/merged","backend":[{"url_pattern":"/x"},{"url_pattern":"/x"}]},
          {"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/x"}]}]}
        """, host, new() { Limits = limits });
}

/// <summary>Tests that measure the memory of the process, or fill it with connections, run alone.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryTests;
