using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class ResponseParsingTests
{
    private static readonly string Many = string.Concat(Enumerable.Range(0, 3000).Select(i => $"A{i}: b\r\n"));

    [Fact]
    [Spec("RTE-332")]
    public async Task Gives_status_end_to_end_headers_and_body()
    {
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nX-A:  1 \r\nset-cookie: a\r\nset-cookie: b\r\nConnection: keep-alive, X-Hop\r\n"
            + "X-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nTrailer: X\r\nTE: x\r\nProxy-Connection: x\r\nContent-Length: 2\r\n\r\n{}");
        using var fixture = new TransportFixture();

        for (var i = 0; i < 3; i++)
        {
            var result = await fixture.GetAsync(upstream.Url, "/p?q");
            using var response = result.Response!;

            Assert.Equal(201, response.StatusCode);
            Assert.Equal(2, response.ContentLength);
            Assert.Equal("application/json", response.ContentType);
            Assert.Null(response.ContentEncoding);
            Assert.Equal($"{upstream.Url}/p?q", response.FinalUrl);
            Assert.Equal(
                [new("Content-Type", "application/json"), new("X-A", "1"), new("set-cookie", "a"), new("set-cookie", "b"), new("Content-Length", "2")],
                response.Headers.Items.ToArray());
            Assert.Equal("{}", await TransportFixture.TextAsync(response));
        }
        Assert.Single(upstream.Connections);
    }

    [Fact]
    public async Task Headers_that_change_between_answers_are_never_those_of_the_answer_before()
    {
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: 1\r\nB: 3\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: 1\r\nB: 3\r\nC: caf\u00e9\r\nContent-Length: 0\r\n\r\n");
        using var fixture = new TransportFixture();

        Assert.Equal("A=1 B=2 Content-Length=0", await HeadersAsync());
        Assert.Equal("A=1 B=3 Content-Length=0", await HeadersAsync());
        Assert.Equal("A=1 Content-Length=0", await HeadersAsync());
        Assert.Equal("A=1 B=3 C=caf\u00e9 Content-Length=0", await HeadersAsync());

        async Task<string> HeadersAsync()
        {
            var result = await fixture.GetAsync(upstream.Url);
            using var response = result.Response!;
            var text = string.Join(' ', response.Headers.Items.ToArray().Select(pair => $"{pair.Key}={pair.Value}"));
            // A caller may change its list; the next answer must not show it.
            response.Headers.Set("A", "changed");
            response.Headers.Add("Z", "added");
            return text;
        }
    }

    [Theory]
    [InlineData("hello\r\n\r\n")]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA : 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: a\rB: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: a\0b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\na")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    public async Task Refuses_a_head_that_breaks_the_grammar_and_closes(string answer)
    {
        await using var upstream = RawUpstream.Answering(answer);
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request(upstream.Url));
        await TransportFixture.UntilAsync(() => upstream.Connections[0].Closed.IsCompleted);

        Assert.Equal(GatewayErrorKind.Payload, error.Kind);
        Assert.Equal(500, error.StatusCode);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nCONTENT-LENGTH: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\no\r\n1;ext=\"a\"\r\nk\r\n000\r\nTrailer: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0\r\n\r\n")]
    public async Task Reads_a_message_whatever_way_it_arrives(string answer)
    {
        await using var whole = RawUpstream.Answering(answer);
        await using var inPieces = new RawUpstream(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                foreach (var character in answer)
                    await connection.WriteAsync(character.ToString());
            }
        });
        using var fixture = new TransportFixture();

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("ok", await fixture.GetTextAsync(whole.Url));
            Assert.Equal("ok", await fixture.GetTextAsync(inPieces.Url));
        }

        Assert.Single(whole.Connections);
        Assert.Single(inPieces.Connections);
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public async Task Messages_without_a_body_leave_the_connection_usable(string method, string answer)
    {
        await using var upstream = RawUpstream.Answering(answer);
        using var fixture = new TransportFixture();

        Assert.Equal("", await fixture.TextAsync(TransportFixture.Request(upstream.Url, method)));
        Assert.Equal("", await fixture.TextAsync(TransportFixture.Request(upstream.Url, method)));

        Assert.Single(upstream.Connections);
    }

    [Fact]
    public async Task A_body_without_length_ends_with_the_connection()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\nhello ");
            await connection.WriteAsync("world");
        });
        using var fixture = new TransportFixture();

        Assert.Equal("hello world", await fixture.GetTextAsync(upstream.Url));
        Assert.Equal("hello world", await fixture.GetTextAsync(upstream.Url));

        Assert.Equal(2, upstream.Connections.Count);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 2)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 1)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok", 2)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 2)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 2)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nevil", 2)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 1)]
    public async Task Uses_a_connection_again_only_where_the_message_boundary_is_certain(string answer, int connections)
    {
        await using var upstream = RawUpstream.Answering(answer);
        using var fixture = new TransportFixture();

        Assert.Equal("ok", await fixture.GetTextAsync(upstream.Url));
        Assert.Equal("ok", await fixture.GetTextAsync(upstream.Url));

        Assert.Equal(connections, upstream.Connections.Count);
    }

    [Fact]
    public async Task Content_length_next_to_chunks_is_not_passed_on()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        using var fixture = new TransportFixture();

        var result = await fixture.GetAsync(upstream.Url);
        using var response = result.Response!;

        Assert.Null(response.ContentLength);
        Assert.Equal(0, response.Headers.Count);
    }

    [Fact]
    public async Task Heads_past_a_limit_are_refused()
    {
        await using var large = RawUpstream.Answering($"HTTP/1.1 200 OK\r\nA: {new string('a', 70_000)}\r\n\r\n");
        await using var endless = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nA: ");
            while (true)
                await connection.WriteAsync(new string('a', 4096));
        });
        await using var many = RawUpstream.Answering($"HTTP/1.1 200 OK\r\n{Many}\r\n");
        await using var informational = RawUpstream.Answering(string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 9)));
        using var fixture = new TransportFixture();
        using var strict = new TransportFixture(limits: new TransportLimits { MaxResponseHeaderBytes = 64 << 10 });

        Assert.Equal(70_000, (await fixture.GetAsync(large.Url)).Response!.Headers.Get("A")!.Length);
        Assert.Contains("exceeded 65536 bytes", (await strict.ErrorAsync(TransportFixture.Request(large.Url))).Message, StringComparison.Ordinal);
        Assert.Contains("exceeded 1048576 bytes", (await fixture.ErrorAsync(TransportFixture.Request(endless.Url))).Message, StringComparison.Ordinal);
        Assert.Contains("more than 2000 headers", (await fixture.ErrorAsync(TransportFixture.Request(many.Url))).Message, StringComparison.Ordinal);
        Assert.Contains("too many 1xx", (await fixture.ErrorAsync(TransportFixture.Request(informational.Url))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disposed_answer_shows_nothing_of_the_next_call()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
        using var fixture = new TransportFixture();

        var stale = (await fixture.GetAsync(upstream.Url)).Response!;
        _ = stale.Headers;
        stale.Dispose();
        stale.Dispose();
        using var current = (await fixture.GetAsync(upstream.Url)).Response!;

        Assert.Throws<ObjectDisposedException>(() => stale.StatusCode);
        Assert.Throws<ObjectDisposedException>(() => stale.Headers);
        Assert.Throws<ObjectDisposedException>(() => stale.FinalUrl);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stale.ReadAsync(new byte[10], CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stale.ReadAllAsync(10, CancellationToken.None));
        Assert.Equal("secret", await TransportFixture.TextAsync(current));
        Assert.Single(upstream.Connections);
    }

    [Fact]
    public async Task An_unread_body_that_is_already_here_does_not_cost_the_connection()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnone\r\n0\r\n\r\n");
        using var fixture = new TransportFixture();

        for (var i = 0; i < 3; i++)
            (await fixture.GetAsync(upstream.Url)).Response!.Dispose();

        Assert.Single(upstream.Connections);
    }

    [Fact]
    public async Task A_body_past_the_callers_limit_is_refused()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n");
        using var fixture = new TransportFixture();

        for (var i = 0; i < 2; i++)
        {
            using var response = (await fixture.GetAsync(upstream.Url)).Response!;
            await Assert.ThrowsAsync<BufferLimitException>(async () => await response.ReadAllAsync(10, CancellationToken.None));
        }
    }
}
