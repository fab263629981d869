using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>Clients that leave, dawdle or hurry.</summary>
public sealed class ClientFaultTests : IAsyncLifetime
{
    private Upstream _upstream = null!;
    private int _cancelled;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("""{"id":1}"""));
        _upstream.On("/hang", async context =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _upstream.Stopping);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (context.RequestAborted.IsCancellationRequested)
                Interlocked.Increment(ref _cancelled);
            context.Abort();
        });
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("RTE-107")]
    [InlineData("GET /data/hang", "", 1)]
    [InlineData("GET /raw/hang", "", 1)]
    [InlineData("GET /merged", "", 2)]
    [InlineData("POST /post/hang", "Content-Length: 3\r\n\r\nabc", 1)]
    public async Task A_client_that_leaves_cancels_the_calls_to_the_backends(string request, string rest, int calls)
    {
        await using var gateway = await StartAsync();
        using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync($"{request} HTTP/1.1\r\nHost: a\r\n{(rest.Length == 0 ? "\r\n" : rest)}");
            await Wait.UntilAsync(() => _upstream.Received.Count == calls, static () => "the backend was never called");
        }

        await Wait.UntilAsync(() => Volatile.Read(ref _cancelled) == calls, () => $"{_cancelled} of {calls} calls were cancelled");
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_a_raw_answer_ends_the_backend()
    {
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            while (true)
                await connection.WriteAsync(new byte[64 << 10]);
        });
        await using var gateway = await StartAsync(raw.Url);
        using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync("GET /raw/x HTTP/1.1\r\nHost: a\r\n\r\n");
            await connection.ReadUntilAsync("\r\n\r\n");
        }

        await Wait.UntilAsync(() => raw.Connections[0].Closed.IsCompleted, static () => "the backend still sends");
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_its_body_never_becomes_a_complete_request()
    {
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(raw.Url);
        using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync("POST /post/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + new string('x', 50_000));
            await Wait.UntilAsync(() => raw.Connections.Count == 1, static () => "the backend was never called");
        }

        await raw.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_slow_body_streams_to_the_backend_as_it_comes()
    {
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            await connection.ReadUntilAsync("first");
            await connection.ReadUntilAsync("last");
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        });
        await using var gateway = await StartAsync(raw.Url);
        using var connection = await gateway.ConnectAsync();

        foreach (var part in "PO|ST /post/x HT|TP/1.1\r|\nHost: a\r\nCon|tent-Length: 9|\r\n\r|\nfir|st|la|st".Split('|'))
        {
            await connection.WriteAsync(part);
            await Task.Delay(30);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-166")]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        _upstream.On("/0", async context =>
        {
            await Task.Delay(150, context.RequestAborted);
            await context.Response.WriteAsync("""{"n":0}""");
        });
        for (var i = 1; i < 20; i++)
            _upstream.Answer($"/{i}", $$"""{"n":{{i}}}""");
        await using var gateway = await StartAsync();
        using var connection = await gateway.ConnectAsync();
        var packet = new StringBuilder();
        for (var i = 0; i < 20; i++)
            packet.Append(System.Globalization.CultureInfo.InvariantCulture, $"POST /post/{i} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{i:00}");

        await connection.WriteAsync(packet.ToString());

        for (var i = 0; i < 20; i++)
            Assert.EndsWith($$"""{"n":{{i}}}""", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => i.ToString("00", System.Globalization.CultureInfo.InvariantCulture)), _upstream.Received.Select(static r => r.Body));
    }

    [Fact, Spec("CFG-166")]
    public async Task A_pipelined_row_survives_answers_of_the_router_in_between()
    {
        await using var gateway = await StartAsync();
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync(
            "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"
            + "GET /data/1 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "POST /data/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            + "GET /data/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        var answers = (await connection.ReadToEndAsync()).Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries).Select(static a => a[..3]);
        Assert.Equal(["404", "200", "405", "200"], answers);
    }

    [Fact]
    public async Task A_slow_reader_gets_everything()
    {
        var large = "{\"a\":\"" + new string('x', 3_000_000) + "\"}";
        _upstream.Answer("/large", large);
        await using var gateway = await StartAsync();
        using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("GET /data/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await Task.Delay(1500);

        Assert.EndsWith(large, await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expectation_is_met_before_the_body_comes()
    {
        await using var gateway = await StartAsync();
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("POST /post/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await connection.ReadUntilAsync("\r\n\r\n"));
        await connection.WriteAsync("abc");

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        Assert.Equal("abc", Assert.Single(_upstream.Received).Body);
    }

    private Task<TestGateway> StartAsync(string? host = null) => TestGateway.StartAsync("""
        {"version":3,"host":["$UPSTREAM"],"timeout":"20s","endpoints":[
          {"endpoint":"/data/{p}","backend":[{"url_pattern":"/{p}"}]},
          {"endpoint":"/raw/{p}","output_encoding":"no-op","backend":[{"url_pattern":"/{p}"}]},
          {"endpoint":"/merged","backend":[{"url_pattern":"/hang"},{"url_pattern":"/hang"}]},
          {"endpoint":"/post/{p}","method":"POST","backend":[{"url_pattern":"/{p}"}]}]}
        """, host ?? _upstream.Host);
}
