using System.Diagnostics;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>The four timers of the server.</summary>
public sealed class ServerTimersTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/fast", "{}").AnswerAfter(TimeSpan.FromMilliseconds(1500), "/slow", """{"late":true}""");
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("CFG-159")]
    public async Task Without_timers_slow_and_idle_clients_are_left_alone()
    {
        await using var gateway = await StartAsync("");
        using var connection = await gateway.ConnectAsync();

        // Longer than the one-second heartbeat by which Kestrel would notice any limit of its own.
        foreach (var part in "POST |/fast HT|TP/1.1\r\nHo|st: a\r\nContent-Length: 4\r\n\r|\n|a|b|c|d".Split('|'))
        {
            await connection.WriteAsync(part);
            await Task.Delay(200);
        }
        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        await Task.Delay(1500);
        await connection.WriteAsync("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-160")]
    [InlineData("")]
    [InlineData("GET /fast HTTP/1.1\r\nHost: a\r\nX-Slow: ")]
    [InlineData("PRI * HT")]
    public async Task An_incomplete_header_block_is_cut_after_read_header_timeout_without_a_byte(string start)
    {
        await using var gateway = await StartAsync("\"read_header_timeout\":\"400ms\",\"use_h2c\":true,");
        using var connection = await gateway.ConnectAsync();
        var watch = Stopwatch.StartNew();

        await connection.WriteAsync(start);

        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.InRange(watch.ElapsedMilliseconds, 350, 5000);
    }

    [Fact, Spec("CFG-160")]
    public async Task A_drip_of_header_bytes_does_not_extend_read_header_timeout()
    {
        await using var gateway = await StartAsync("\"read_header_timeout\":\"500ms\",");
        using var connection = await gateway.ConnectAsync();
        var end = connection.ReadToEndAsync();

        await connection.WriteAsync("GET /fast HTTP/1.1\r\nHost: a\r\nX-Slow: ");
        for (var i = 0; i < 100 && !end.IsCompleted; i++)
        {
            await Task.WhenAny(Task.Delay(100), end);
            try
            {
                await connection.WriteAsync("x");
            }
            catch (IOException)
            {
                break;
            }
        }

        Assert.Equal("", await end);
    }

    [Fact, Spec("CFG-160")]
    public async Task Complete_headers_with_a_slow_body_are_not_affected_by_read_header_timeout()
    {
        await using var gateway = await StartAsync("\"read_header_timeout\":\"300ms\",");
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
        await Task.Delay(900);
        await connection.WriteAsync("ab");

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        Assert.Equal("ab", Assert.Single(_upstream.Received).Body);
    }

    [Fact, Spec("CFG-161")]
    public async Task A_body_later_than_read_timeout_is_cut()
    {
        await using var gateway = await StartAsync("\"read_timeout\":\"400ms\",");
        using var connection = await gateway.ConnectAsync();
        var watch = Stopwatch.StartNew();

        await connection.WriteAsync("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");

        Assert.DoesNotContain("200 OK", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.InRange(watch.ElapsedMilliseconds, 350, 5000);
        Assert.Empty(_upstream.Received);
    }

    [Theory, Spec("CFG-161")]
    [InlineData("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")]
    [InlineData("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    public async Task Read_timeout_does_not_count_once_the_request_is_here(string request)
    {
        await using var gateway = await StartAsync("\"read_timeout\":\"400ms\",");
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync(request);

        Assert.Contains("""{"late":true}""", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-162")]
    public async Task A_response_later_than_write_timeout_never_comes()
    {
        await using var gateway = await StartAsync("\"write_timeout\":\"400ms\",");
        using var connection = await gateway.ConnectAsync();
        var watch = Stopwatch.StartNew();

        await connection.WriteAsync("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.InRange(watch.ElapsedMilliseconds, 350, 1450);
        await gateway.WaitForLogAsync("| 500 |");
    }

    [Fact, Spec("CFG-162")]
    public async Task Write_timeout_begins_anew_with_every_request()
    {
        await using var gateway = await StartAsync("\"write_timeout\":\"1s\",");
        using var connection = await gateway.ConnectAsync();

        for (var i = 0; i < 8; i++)
        {
            await connection.WriteAsync("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
            await Task.Delay(200);
        }
    }

    [Theory, Spec("CFG-163")]
    [InlineData("\"idle_timeout\":\"500ms\",")]
    [InlineData("\"read_timeout\":\"500ms\",")]
    public async Task A_kept_connection_is_closed_after_idle_timeout_or_else_read_timeout(string settings)
    {
        await using var gateway = await StartAsync(settings);
        using var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        var watch = Stopwatch.StartNew();

        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.InRange(watch.ElapsedMilliseconds, 350, 6000);
    }

    [Fact, Spec("CFG-163")]
    public async Task Idle_timeout_does_not_count_while_a_request_is_served()
    {
        await using var gateway = await StartAsync("\"idle_timeout\":\"300ms\",");
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

        Assert.Contains("""{"late":true}""", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    private Task<TestGateway> StartAsync(string settings) => TestGateway.StartAsync(
        $$"""
        {"version":3,{{settings}}"host":["$UPSTREAM"],"timeout":"5s","endpoints":[
          {"endpoint":"/fast","method":"POST","backend":[{"url_pattern":"/fast"}]},
          {"endpoint":"/slow","method":"POST","backend":[{"url_pattern":"/slow"}]}]}
        """, _upstream.Host);
}
