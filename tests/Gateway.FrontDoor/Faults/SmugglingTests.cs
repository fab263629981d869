using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>
/// Requests that two servers could read differently: each is refused with 400 and a closed connection, or is exactly one request at
/// the backend.
/// </summary>
public sealed class SmugglingTests : IAsyncLifetime
{
    private const string Inner = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";

    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/outer","method":"POST","input_headers":["*"],"backend":[{"url_pattern":"/outer"}]},
              {"endpoint":"/outer","method":"GET","input_headers":["*"],"backend":[{"url_pattern":"/outer"}]},
              {"endpoint":"/inner","backend":[{"url_pattern":"/inner"}]}]}
            """, _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("CFG-170")]
    // Both framings, in both orders.
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: identity\r\n\r\nabcde")]
    // Codings that are not chunked, chunked twice, chunked first, hidden, misspelt.
    [InlineData("Transfer-Encoding: gzip\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: identity\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X-A: b\r\n\tfolded\r\n\r\n")]
    [InlineData("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n")]
    // Lengths.
    [InlineData("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("Content-Length: 3, 4\r\n\r\nabcd")]
    [InlineData("Content-Length: +3\r\n\r\nabc")]
    [InlineData("Content-Length: 0x3\r\n\r\nabc")]
    [InlineData("Content-Length: 3 3\r\n\r\nabc")]
    [InlineData("Content-Length: 99999999999999999999\r\n\r\nabc")]
    [InlineData("Content-Length : 3\r\n\r\nabc")]
    // Chunks.
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3 \nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n")]
    // Bare line feeds and carriage returns.
    [InlineData("X-A: b\rX-B: c\r\n\r\n")]
    [InlineData("X-A: b\nContent-Length: 4\r\nContent-Length: 4\n\r\nabcd")]
    [InlineData("\rX-A: b\r\n\r\n")]
    // Names and values.
    [InlineData("X-A\0: b\r\n\r\n")]
    [InlineData("X-A: b\0\r\n\r\n")]
    [InlineData("X A: b\r\n\r\n")]
    [InlineData("Host: b\r\n\r\n")]
    public async Task An_ambiguous_request_is_refused_or_is_one_request(string rest)
    {
        var (answers, closed) = await SendAsync("POST /outer HTTP/1.1\r\nHost: a\r\n" + rest + Inner);

        AssertUnambiguous(answers, closed, rest);
    }

    [Theory, Spec("CFG-170")]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("Transfer-Encoding: identity\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("X-A: b\r\n\tfolded\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("X-A: b\nX-B: c\r\n\r\n")]
    [InlineData("X-A: b\n\r\n")]
    [InlineData("X-A: b\r\n\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n")]
    public async Task What_must_be_refused_is_answered_400_and_closed(string rest)
    {
        var (answers, closed) = await SendAsync("POST /outer HTTP/1.1\r\nHost: a\r\n" + rest);

        Assert.True(closed, "the connection stayed open");
        Assert.StartsWith("HTTP/1.1 400 ", answers, StringComparison.Ordinal);
        Assert.Empty(_upstream.Received);
    }

    [Theory, Spec("CFG-170")]
    [InlineData("POST /outer HTTP/1.1\nHost: a\n\n")]
    [InlineData("POST /outer HTTP/1.1\nHost: a\r\n\r\n")]
    [InlineData("POST /outer HTTP/1.1\r\nHost: a\n\r\n")]
    public async Task A_bare_line_feed_ends_no_line(string request)
    {
        var (answers, closed) = await SendAsync(request);

        Assert.StartsWith("HTTP/1.1 400 ", answers, StringComparison.Ordinal);
        Assert.True(closed);
        Assert.Empty(_upstream.Received);
    }

    [Theory, Spec("CFG-166")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3;name=value;q=\"a b\"\r\nabc\r\n0;last\r\n\r\n", "abc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n003\r\nabc\r\n000\r\nTrailer-A: b\r\n\r\n", "abc")]
    [InlineData("Transfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("Content-Length: 003\r\n\r\nabc", "abc")]
    public async Task Unusual_but_clear_framing_is_exactly_one_request(string rest, string body)
    {
        var (answers, closed) = await SendAsync("POST /outer HTTP/1.1\r\nHost: a\r\n" + rest + Inner);

        Assert.Equal(2, Count(answers, "HTTP/1.1 200 "));
        Assert.False(closed);
        Assert.Equal(["/outer", "/inner"], _upstream.Received.Select(static r => r.Target));
        Assert.Equal(body, _upstream.Received[0].Body);
        Assert.Null(_upstream.Received[0].Header("Trailer-A"));
    }

    [Theory, Spec("CFG-170")]
    [InlineData("GET /outer\nHTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\r\nHost: a\r\n\r\n")]
    [InlineData("GET  /outer HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /outer HTTP/1.1 \r\nHost: a\r\n\r\n")]
    [InlineData("GET /outer x HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET\t/outer\tHTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\r\nGET /outer HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Odd_request_lines_are_refused_or_are_one_request(string request)
    {
        var (answers, closed) = await SendAsync(request + Inner);

        AssertUnambiguous(answers, closed, request);
    }

    [Fact, Spec("CFG-170")]
    public async Task A_body_that_nobody_wanted_is_not_read_as_the_next_request()
    {
        var (answers, _) = await SendAsync($"POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}");

        Assert.Equal(1, Count(answers, "HTTP/1.1 "));
        Assert.Empty(_upstream.Received);
    }

    [Fact, Spec("CFG-170")]
    public async Task A_get_with_a_body_is_one_request()
    {
        var (answers, _) = await SendAsync($"GET /outer HTTP/1.1\r\nHost: a\r\nContent-Length: {Inner.Length}\r\n\r\n{Inner}");

        Assert.Equal(1, Count(answers, "HTTP/1.1 200 "));
        Assert.Equal("/outer", Assert.Single(_upstream.Received).Target);
    }

    private void AssertUnambiguous(string answers, bool closed, string request)
    {
        var targets = _upstream.Received.Select(static r => r.Target).ToArray();
        if (answers.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal) || answers.StartsWith("HTTP/1.1 501 ", StringComparison.Ordinal))
        {
            Assert.True(closed, $"refused but open: {request}");
            Assert.Empty(targets);
            return;
        }
        Assert.Equal(2, Count(answers, "HTTP/1.1 200 "));
        Assert.Equal(["/outer", "/inner"], targets);
    }

    private async Task<(string Answers, bool Closed)> SendAsync(string bytes)
    {
        using var connection = await _gateway.ConnectAsync();
        await connection.WriteAsync(bytes);
        var end = connection.ReadToEndAsync(TimeSpan.FromMinutes(1));
        var expected = Count(bytes, " HTTP/1.1") > 1 ? 2 : 1;
        await Wait.UntilAsync(() => end.IsCompleted || Count(connection.Received, "HTTP/1.1 ") >= expected, () => $"no answer: {connection.Received}").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!end.IsCompleted)
            await Task.WhenAny(end, Task.Delay(200));
        return (connection.Received, end.IsCompleted);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
