using System.IO.Pipelines;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class RequestWritingTests
{
    private const string Empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    [Spec("RTE-077", "RTE-084", "RTE-085", "RTE-087")]
    public async Task Sends_exactly_host_agent_and_gzip_when_nothing_else_is_given()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.GetTextAsync(upstream.Url, "/a/../b%2F?x=1%0A");

        Assert.Equal(
            $"GET /a/../b%2F?x=1%0A HTTP/1.1\r\nHost: 127.0.0.1:{upstream.Port}\r\nUser-Agent: {TransportFixture.Agent}\r\nAccept-Encoding: gzip\r\n\r\n",
            Assert.Single(upstream.Requests));
    }

    [Fact]
    [Spec("RTE-078", "RTE-084", "RTE-085")]
    public async Task Passes_given_headers_in_order_and_leaves_agent_and_encoding_to_the_client()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(
            upstream.Url, "GET", "/", ("X-Foo", "1"), ("User-Agent", "curl"), ("X-Foo", "2"), ("Accept-Encoding", "br"), ("X-Text", "caf\u00e9\t!")));

        Assert.EndsWith(
            "\r\nX-Foo: 1\r\nUser-Agent: curl\r\nX-Foo: 2\r\nAccept-Encoding: br\r\nX-Text: caf\u00c3\u00a9\t!\r\n\r\n",
            Assert.Single(upstream.Requests),
            StringComparison.Ordinal);
    }

    [Fact]
    [Spec("NRC-221")]
    public async Task An_empty_agent_means_none()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(upstream.Url, "GET", "/", ("User-Agent", "")));

        Assert.DoesNotContain("User-Agent", Assert.Single(upstream.Requests), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-085", "RTE-339")]
    public async Task Asks_for_no_gzip_on_head_or_with_compression_disabled()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var plain = new TransportFixture();
        using var disabled = new TransportFixture(new TransportConfig { DisableCompression = true });

        await plain.TextAsync(TransportFixture.Request(upstream.Url, "HEAD"));
        await disabled.GetTextAsync(upstream.Url);

        Assert.All(upstream.Requests, request => Assert.DoesNotContain("Accept-Encoding", request, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("RTE-087", "RTE-091")]
    public async Task Never_copies_headers_that_belong_to_a_connection()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(
            upstream.Url,
            "GET",
            "/",
            ("Host", "evil"),
            ("Content-Length", "7"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close, X-Hop, X-Forwarded-For"),
            ("X-Hop", "1"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("Keep-Alive", "timeout=5"),
            ("Proxy-Authorization", "secret"),
            ("Proxy-Connection", "keep-alive"),
            ("Upgrade", "h2c"),
            ("Http2-Settings", "AAMAAABkAAQ"),
            ("Trailer", "X"),
            ("Te", "gzip"),
            ("Expect", "100-continue"),
            ("X-Kept", "yes")));

        Assert.Equal(
            $"GET / HTTP/1.1\r\nHost: 127.0.0.1:{upstream.Port}\r\nX-Forwarded-For: 10.0.0.1\r\nX-Kept: yes\r\nUser-Agent: {TransportFixture.Agent}\r\nAccept-Encoding: gzip\r\n\r\n",
            Assert.Single(upstream.Requests));
    }

    [Fact]
    [Spec("RTE-091")]
    public async Task Passes_te_trailers()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(upstream.Url, "GET", "/", ("Te", "trailers")));

        Assert.Contains("\r\nTe: trailers\r\n", Assert.Single(upstream.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("RTE-103")]
    [InlineData("GET", false)]
    [InlineData("DELETE", false)]
    [InlineData("POST", true)]
    [InlineData("PUT", true)]
    [InlineData("PATCH", true)]
    public async Task Declares_an_empty_body_where_one_is_expected(string method, bool declared)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(upstream.Url, method));

        Assert.Equal(declared, upstream.Requests[0].Contains("Content-Length: 0\r\n", StringComparison.Ordinal));
        Assert.DoesNotContain("Transfer-Encoding", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [Spec("RTE-102", "RTE-103")]
    [InlineData("POST", 10)]
    [InlineData("GET", 10)]
    [InlineData("PUT", 200_000)]
    public async Task Sends_a_buffered_body_with_its_length(string method, int length)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var body = string.Create(length, 0, static (span, _) => { for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 26)); });
        var request = TransportFixture.Request(upstream.Url, method);
        request.Body = TransportFixture.Body(body);

        await fixture.TextAsync(request);

        Assert.EndsWith($"Content-Length: {length}\r\n\r\n{body}", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-103", "RTE-106")]
    public async Task Sends_a_streaming_body_that_is_already_here_with_its_length()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("hello"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, null);

        await fixture.TextAsync(request);

        Assert.EndsWith("Content-Length: 5\r\n\r\nhello", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-103", "RTE-106")]
    public async Task Sends_a_stream_of_unknown_length_in_chunks()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, null);

        var call = fixture.TextAsync(request);
        await pipe.Writer.WriteAsync("hello "u8.ToArray());
        await TransportFixture.UntilAsync(() => upstream.Connections.Count == 1);
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 40_000)));
        await pipe.Writer.CompleteAsync();
        await call;

        var parts = upstream.Requests[0].Split("\r\n\r\n", 2);
        Assert.Contains("Transfer-Encoding: chunked", parts[0], StringComparison.Ordinal);
        Assert.Equal("hello " + new string('x', 40_000), Dechunk(parts[1]));
    }

    [Fact]
    [Spec("RTE-103")]
    public async Task Sends_a_stream_of_known_length_as_it_is()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, 11);

        var call = fixture.TextAsync(request);
        await pipe.Writer.WriteAsync("hello "u8.ToArray());
        await TransportFixture.UntilAsync(() => upstream.Connections.Count == 1);
        await pipe.Writer.WriteAsync("world"u8.ToArray());
        await call;
        await fixture.GetTextAsync(upstream.Url);

        Assert.EndsWith("Content-Length: 11\r\n\r\nhello world", upstream.Requests[0], StringComparison.Ordinal);
        Assert.Single(upstream.Connections);
    }

    [Fact]
    [Spec("RTE-060")]
    public async Task Puts_the_base_path_before_the_target_and_sends_user_info_as_basic_authorization()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var url = $"http://me:p%40ss@127.0.0.1:{upstream.Port}/base/";

        var result = await fixture.GetAsync(url, "/x");
        var final = result.Response!.FinalUrl;
        result.Response.Dispose();
        await fixture.TextAsync(TransportFixture.Request(url, "GET", "/y", ("Authorization", "Bearer t")));

        Assert.StartsWith("GET /base/x HTTP/1.1\r\n", upstream.Requests[0], StringComparison.Ordinal);
        Assert.Contains("Authorization: Basic " + Convert.ToBase64String("me:p@ss"u8) + "\r\n", upstream.Requests[0], StringComparison.Ordinal);
        Assert.Equal($"http://127.0.0.1:{upstream.Port}/base/x", final);
        Assert.DoesNotContain("Basic", upstream.Requests[1], StringComparison.Ordinal);
    }

    private static string Dechunk(string text)
    {
        var body = new StringBuilder();
        for (var at = 0; ;)
        {
            var line = text.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = Convert.ToInt32(text[at..line], 16);
            if (size == 0)
                return body.ToString();
            body.Append(text, line + 2, size);
            at = line + 2 + size + 2;
        }
    }
}
