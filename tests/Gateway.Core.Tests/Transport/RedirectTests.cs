using System.IO.Pipelines;
using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class RedirectTests
{
    private const string Done = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

    [Theory]
    [Spec("RTE-305", "RTE-310")]
    [InlineData(301, "GET", "GET")]
    [InlineData(302, "POST", "GET")]
    [InlineData(303, "PUT", "GET")]
    [InlineData(302, "HEAD", "HEAD")]
    public async Task Follows_with_get_and_without_body(int status, string method, string followed)
    {
        await using var upstream = RawUpstream.Answering(Redirect(status, "/next?x=1"), Done);
        using var fixture = new TransportFixture();
        var request = TransportFixture.Request(upstream.Url, method, "/first/a?b", ("X-Kept", "1"));
        request.Body = TransportFixture.Body(method is "POST" or "PUT" ? "body" : "");

        using var response = (await fixture.SendAsync(request)).Response!;

        Assert.Equal($"{upstream.Url}/next?x=1", response.FinalUrl);
        Assert.Equal(2, upstream.Requests.Count);
        Assert.StartsWith($"{followed} /next?x=1 HTTP/1.1\r\n", upstream.Requests[1], StringComparison.Ordinal);
        Assert.Contains($"\r\nReferer: {upstream.Url}/first/a?b\r\n", upstream.Requests[1], StringComparison.Ordinal);
        Assert.Contains("\r\nX-Kept: 1\r\n", upstream.Requests[1], StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", upstream.Requests[1], StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", upstream.Requests[1], StringComparison.Ordinal);
        Assert.Equal(method, request.Method);
        // A body after HEAD is no part of the message, so that connection is not trusted any more.
        Assert.Equal(method == "HEAD" ? 2 : 1, upstream.Connections.Count);
    }

    [Theory]
    [Spec("RTE-306")]
    [InlineData(307, "GET")]
    [InlineData(308, "DELETE")]
    [InlineData(307, "POST")]
    public async Task Keeps_the_method_on_307_and_308_without_a_body(int status, string method)
    {
        await using var upstream = RawUpstream.Answering(Redirect(status, "/next"), Done);
        using var fixture = new TransportFixture();

        Assert.Equal("done", await fixture.TextAsync(TransportFixture.Request(upstream.Url, method)));

        Assert.StartsWith($"{method} /next HTTP/1.1\r\n", upstream.Requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [Spec("RTE-307", "RTE-346")]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Does_not_follow_307_and_308_after_a_body(int status)
    {
        await using var upstream = RawUpstream.Answering(Redirect(status, "/next"), Done);
        using var fixture = new TransportFixture();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Body("body");

        using var response = (await fixture.SendAsync(request)).Response!;

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("/next", response.Headers.Get("Location"));
        Assert.Single(upstream.Requests);
    }

    [Fact]
    [Spec("RTE-306", "RTE-345")]
    public async Task Sends_the_body_again_where_that_is_configured()
    {
        await using var upstream = RawUpstream.Answering(Redirect(307, "/next"), Redirect(308, "/last"), Done);
        using var fixture = new TransportFixture();
        fixture.Handler = fixture.Transport.CreateHandler(new BackendHttpClientConfig { SendBodyOnRedirect = true });
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST", "/", ("Content-Type", "text/plain"));
        request.Body = TransportFixture.Streaming(pipe, null);

        var call = fixture.TextAsync(request);
        await pipe.Writer.WriteAsync("hello "u8.ToArray());
        await pipe.Writer.WriteAsync("world"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        Assert.Equal("done", await call);

        Assert.Equal(3, upstream.Requests.Count);
        Assert.All(upstream.Requests, sent =>
        {
            Assert.StartsWith("POST /", sent, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: text/plain\r\n", sent, StringComparison.Ordinal);
            Assert.EndsWith("Content-Length: 11\r\n\r\nhello world", sent, StringComparison.Ordinal);
        });
    }

    [Fact]
    [Spec("RTE-308")]
    public async Task Stops_after_ten_requests()
    {
        await using var upstream = RawUpstream.Answering(Redirect(302, "/again"));
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request(upstream.Url));

        Assert.Equal("stopped after 10 redirects", error.Message);
        Assert.Equal(500, error.StatusCode);
        Assert.Equal(10, upstream.Requests.Count);
    }

    [Theory]
    [Spec("RTE-308")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nhere")]
    [InlineData("HTTP/1.1 300 Multiple Choices\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nhere")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nLocation: /x\r\n\r\n")]
    public async Task Hands_on_what_is_no_redirect(string answer)
    {
        await using var upstream = RawUpstream.Answering(answer);
        using var fixture = new TransportFixture();

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;

        Assert.InRange(response.StatusCode, 300, 304);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    [Spec("RTE-311", "RTE-312", "RTE-348")]
    public async Task Hands_every_redirect_on_where_that_is_configured()
    {
        await using var upstream = RawUpstream.Answering(Redirect(302, "/next"));
        using var fixture = new TransportFixture();
        fixture.Handler = fixture.Transport.CreateHandler(new BackendHttpClientConfig { NoRedirect = true });

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;

        Assert.Equal(302, response.StatusCode);
        Assert.Equal("/next", response.Headers.Get("Location"));
        Assert.Equal("moved", await TransportFixture.TextAsync(response));
    }

    [Fact]
    [Spec("RTE-309", "RTE-314")]
    public async Task Drops_credentials_for_good_when_the_chain_leaves_the_domain()
    {
        var home = "";
        await using var other = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Redirect(302, home));
            await connection.WaitForCloseAsync();
        });
        await using var first = RawUpstream.Answering(Redirect(302, "/inside"), Redirect(302, $"http://localhost:{other.Port}/out"), Done);
        home = first.Url + "/home";
        using var fixture = new TransportFixture();

        Assert.Equal("done", await fixture.TextAsync(TransportFixture.Request(
            first.Url, "GET", "/start", ("Authorization", "Bearer t"), ("Cookie", "a=b"), ("Www-Authenticate", "x"), ("X-Kept", "1"))));

        Assert.Contains("Bearer t", first.Requests[1], StringComparison.Ordinal);
        Assert.Contains("Cookie: a=b", first.Requests[1], StringComparison.Ordinal);
        foreach (var request in new[] { other.Requests[0], first.Requests[2] })
        {
            Assert.DoesNotContain("Bearer", request, StringComparison.Ordinal);
            Assert.DoesNotContain("Cookie", request, StringComparison.Ordinal);
            Assert.DoesNotContain("Www-Authenticate", request, StringComparison.Ordinal);
            Assert.Contains("X-Kept: 1", request, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ftp://a/b", "unsupported protocol scheme \"ftp\"")]
    [InlineData("javascript:alert(1)", "unsupported protocol scheme \"javascript\"")]
    [InlineData("http:///x", "failed to parse Location header: invalid host")]
    [InlineData("http://a b/", "failed to parse Location header: invalid host")]
    [InlineData("http:x", "failed to parse Location header: invalid host")]
    public async Task Refuses_a_location_that_is_no_http_url(string location, string message)
    {
        await using var upstream = RawUpstream.Answering(Redirect(302, location));
        using var fixture = new TransportFixture();

        Assert.Equal(message, (await fixture.ErrorAsync(TransportFixture.Request(upstream.Url))).Message);
    }

    [Theory]
    [Spec("RTE-310")]
    [InlineData("/b", "http://h/b")]
    [InlineData("/b?c#d", "http://h/b?c")]
    [InlineData("c", "http://h/base/a/c")]
    [InlineData("./c/../d", "http://h/base/a/d")]
    [InlineData("../../../x", "http://h/x")]
    [InlineData("..", "http://h/base/")]
    [InlineData("?z", "http://h/base/a/b?z")]
    [InlineData("#f", "http://h/base/a/b?q")]
    [InlineData("//other:81", "http://other:81/")]
    [InlineData("https://other?q", "https://other/?q")]
    [InlineData("HTTP://Other/%2e%2E/x%2F", "http://Other/%2e%2E/x%2F")]
    [InlineData("/a b\u00e9", "http://h/a%20b%C3%A9")]
    [InlineData("/a\r\nb", "http://h/a%0D%0Ab")]
    [InlineData("/x?u=http://y/../z", "http://h/x?u=http://y/../z")]
    public void Resolves_a_location_like_rfc_3986(string location, string expected)
    {
        var current = TransportFixture.Host("http://h/base");

        Assert.True(LocationResolver.TryResolve(current, "/base/a/b?q", location, out var host, out var target, out _));

        Assert.Equal(expected, $"{host}{target}");
    }

    [Fact]
    public async Task A_client_that_sends_a_referer_keeps_it()
    {
        await using var upstream = RawUpstream.Answering(Redirect(302, "/a"), Redirect(302, "/b"), Done);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(upstream.Url, "GET", "/", ("Referer", "http://mine/")));
        Assert.All(upstream.Requests, request => Assert.Contains("Referer: http://mine/\r\n", request, StringComparison.Ordinal));
    }

    private static string Redirect(int status, string location) =>
        $"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 5\r\n\r\nmoved";
}
