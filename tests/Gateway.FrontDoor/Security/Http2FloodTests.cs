using System.Net;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Security;

/// <summary>HTTP/2 clients that only make work: each is cut after a bounded amount of it, and others are served meanwhile.</summary>
public sealed class Http2FloodTests : IAsyncLifetime
{
    private const int Most = 64 << 20;

    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", "{}");
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"use_h2c":true,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]},{"endpoint":"/a","method":"POST","backend":[{"url_pattern":"/a"}]}]}
            """, _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("CFG-166")]
    [InlineData(16_000)]
    [InlineData(100)]
    [InlineData(0)]
    public async Task A_flood_of_continuations_that_never_end_a_head_is_cut(int size)
    {
        using var client = await Http2Frames.ConnectAsync(_gateway);
        var part = size == 0 ? [] : Http2Frames.Block(("x-a", new string('a', size)));
        await client.WriteAsync(Http2Frames.Headers, Http2Frames.EndStream, 1, Http2Frames.Block((":method", "GET"), (":scheme", "http"), (":path", "/a"), (":authority", "a")));

        await FloodAsync(client, Http2Frames.Frame(Http2Frames.Continuation, 0, 1, part), mustBeCut: size > 0);

        Assert.Equal(20, _upstream.Received.Count);
    }

    [Fact, Spec("CFG-166")]
    public async Task A_head_of_very_many_fields_or_of_a_few_enormous_ones_is_refused()
    {
        foreach (var block in new[]
        {
            Http2Frames.Block([(":method", "GET"), (":scheme", "http"), (":path", "/a"), (":authority", "a"), .. Enumerable.Range(0, 200_000).Select(static i => ($"x{i}", "1"))]),
            Http2Frames.Block([(":method", "GET"), (":scheme", "http"), (":path", "/a"), (":authority", "a"), .. Enumerable.Range(0, 90).Select(static i => ($"x{i}", new string('a', 15_000)))]),
        })
        {
            using var client = await Http2Frames.ConnectAsync(_gateway);
            try
            {
                for (var at = 0; at < block.Length; at += 16_000)
                {
                    var last = at + 16_000 >= block.Length;
                    await client.WriteAsync(at == 0 ? Http2Frames.Headers : Http2Frames.Continuation, (byte)((last ? Http2Frames.EndHeaders : 0) | (at == 0 ? Http2Frames.EndStream : 0)), 1, block[at..Math.Min(block.Length, at + 16_000)]);
                }
            }
            catch (IOException)
            {
                // It was cut before it was through.
            }
            var verdict = await client.ReadVerdictAsync();

            Assert.True(verdict.Type != Http2Frames.Headers || verdict.Payload.Length > 0);
            Assert.Empty(_upstream.Received);
        }
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Client.GetAsync("/a")).StatusCode);
    }

    [Fact, Spec("CFG-166")]
    public async Task Streams_that_are_reset_as_soon_as_they_are_opened_are_bounded_and_others_are_served()
    {
        using var client = await Http2Frames.ConnectAsync(_gateway);
        var block = Http2Frames.Block((":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "a"));
        var reading = client.ReadToEndAsync();
        var served = ServeOthersAsync();
        try
        {
            for (var stream = 1; stream < 40_000 && !reading.IsCompleted; stream += 2)
                await client.WriteAsync([.. Http2Frames.Frame(Http2Frames.Headers, Http2Frames.EndHeaders, stream, block), .. Http2Frames.Frame(Http2Frames.Reset, 0, stream, [0, 0, 0, 8])]);
        }
        catch (IOException)
        {
            // The gateway had enough.
        }

        await served;
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Client.GetAsync("/a")).StatusCode);
    }

    [Theory, Spec("CFG-166")]
    [InlineData("settings")]
    [InlineData("ping")]
    [InlineData("window")]
    [InlineData("empty data")]
    public async Task A_flood_of_frames_about_nothing_keeps_nobody_from_being_served(string kind)
    {
        using var client = await Http2Frames.ConnectAsync(_gateway);
        var frame = kind switch
        {
            "settings" => Http2Frames.Frame(Http2Frames.Settings, 0, 0, []),
            "ping" => Http2Frames.Frame(Http2Frames.Ping, 0, 0, new byte[8]),
            "window" => Http2Frames.Frame(Http2Frames.WindowUpdate, 0, 0, [0, 0, 0, 1]),
            _ => Http2Frames.Frame(Http2Frames.Data, 0, 1, []),
        };
        if (kind == "empty data")
            await client.WriteAsync(Http2Frames.Headers, Http2Frames.EndHeaders, 1, Http2Frames.Block((":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "a")));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var many = Enumerable.Repeat(frame, 500).SelectMany(static f => f).ToArray();
        var served = ServeOthersAsync();
        try
        {
            for (var round = 0; round < 100; round++)
                await client.WriteAsync(many).WaitAsync(TimeSpan.FromSeconds(2));
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            // It was cut, or is no longer read from.
        }

        await served;
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Most);
    }

    private async Task FloodAsync(Http2Frames client, byte[] frame, bool mustBeCut)
    {
        var reading = client.ReadToEndAsync();
        var served = ServeOthersAsync();
        long sent = 0;
        try
        {
            for (var round = 0; round < 200_000 && !reading.IsCompleted && sent < Most; round++)
            {
                await client.WriteAsync(frame).WaitAsync(TimeSpan.FromSeconds(10));
                sent += frame.Length;
            }
        }
        catch (IOException)
        {
            // Cut, as it should be.
        }
        await served;
        if (mustBeCut)
        {
            await reading.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.InRange(sent, 0, Most - 1);
        }
    }

    private async Task ServeOthersAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            using var response = await _gateway.Client.GetAsync("/a");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
