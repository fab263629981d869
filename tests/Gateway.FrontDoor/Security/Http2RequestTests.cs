using System.Net;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Security;

/// <summary>
/// HTTP/2 requests that would be another request, or two, once they are written as HTTP/1.1 for a backend: each is refused, or is exactly
/// the request that it looks like.
/// </summary>
public sealed class Http2RequestTests : IAsyncLifetime
{
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"use_h2c":true,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/a","input_headers":["*"],"input_query_strings":["*"],"backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/a","method":"POST","input_headers":["*"],"backend":[{"url_pattern":"/a"}]},
              {"endpoint":"/p/{id}","backend":[{"url_pattern":"/p/{id}"}]}]}
            """, _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("CFG-166", "CFG-170")]
    [InlineData("x-a", "b\r\nx-evil: 1")]
    [InlineData("x-a", "b\nx-evil: 1")]
    [InlineData("x-a", "b\rx-evil: 1")]
    [InlineData("x-a", "b\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("x-a", "b\0c")]
    [InlineData("x-a\r\nx-evil", "1")]
    [InlineData("x-a: b\r\nx-evil", "1")]
    [InlineData("x evil", "1")]
    [InlineData("x-evil ", "1")]
    [InlineData("x-evil:", "1")]
    [InlineData("X-Evil", "1")]
    [InlineData("", "1")]
    [InlineData("transfer-encoding", "chunked\r\nx-evil: 1")]
    public async Task Line_breaks_in_a_header_become_no_header_of_the_backend(string name, string value)
    {
        await AssertHarmlessAsync((":method", "GET"), (":scheme", "http"), (":path", "/a"), (":authority", "a"), (name, value));
    }

    [Theory, Spec("CFG-166", "CFG-170")]
    [InlineData("/a HTTP/1.1\r\nx-evil: 1\r\n\r\n")]
    [InlineData("/a\r\nx-evil: 1")]
    [InlineData("/a x-evil")]
    [InlineData("/p/b\r\nx-evil: 1")]
    [InlineData("/p/b%0d%0ax-evil:%201")]
    [InlineData("/a?x=b\r\nx-evil: 1")]
    [InlineData("http://evil/a")]
    [InlineData("//evil/a")]
    [InlineData("a")]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("/\0")]
    public async Task A_path_stays_one_path(string path)
    {
        await AssertHarmlessAsync((":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "a"));
    }

    [Theory, Spec("CFG-166", "CFG-170")]
    [InlineData("GET /evil HTTP/1.1\r\nHost: a\r\n\r\nGET")]
    [InlineData("GET\r\nx-evil: 1")]
    [InlineData("GE T")]
    [InlineData("")]
    [InlineData("CONNECT")]
    [InlineData("TRACE")]
    public async Task A_method_is_one_word(string method)
    {
        await AssertHarmlessAsync((":method", method), (":scheme", "http"), (":path", "/a"), (":authority", "a"));
    }

    [Fact, Spec("CFG-166", "CFG-170")]
    public async Task Pseudo_headers_that_repeat_come_late_or_do_not_exist_make_no_request()
    {
        (string, string) method = (":method", "GET"), scheme = (":scheme", "http"), path = (":path", "/a"), authority = (":authority", "a");
        (string, string)[][] requests =
        [
            [method, scheme, path, authority, (":path", "/evil")],
            [method, scheme, path, authority, (":method", "POST")],
            [method, scheme, path, authority, (":authority", "evil")],
            [method, scheme, path, authority, (":evil", "1")],
            [method, scheme, path, authority, (":status", "200")],
            [method, scheme, path, ("x-a", "b"), authority],
            [method, scheme, authority],
            [method, path, authority],
            [scheme, path, authority],
            [method, (":scheme", "http\r\nx-evil: 1"), path, authority],
            [method, scheme, path, (":authority", "a\r\nx-evil: 1")],
            [method, scheme, path, (":authority", "user@evil")],
            [method, scheme, path, authority, ("host", "evil")],
            [method, scheme, path, authority, ("connection", "x-evil")],
            [method, scheme, path, authority, ("keep-alive", "1")],
            [method, scheme, path, authority, ("proxy-connection", "keep-alive")],
            [method, scheme, path, authority, ("upgrade", "h2c")],
            [method, scheme, path, authority, ("te", "gzip, trailers")],
            [method, scheme, path, authority, ("content-length", "5")],
            [method, scheme, path, authority, ("content-length", "-5")],
            [method, scheme, path, authority, ("content-length", "0"), ("content-length", "5")],
        ];

        foreach (var request in requests)
            await AssertHarmlessAsync(request);
    }

    [Theory, Spec("CFG-166", "CFG-170")]
    [InlineData("3", "abcde")]
    [InlineData("9", "abcde")]
    [InlineData("0", "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_body_longer_or_shorter_than_its_length_is_no_second_request(string length, string body)
    {
        using var client = await Http2Frames.ConnectAsync(_gateway);
        var block = Http2Frames.Block((":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "a"), ("content-length", length));

        await client.WriteAsync([.. Http2Frames.Frame(Http2Frames.Headers, Http2Frames.EndHeaders, 1, block),
            .. Http2Frames.Frame(Http2Frames.Data, Http2Frames.EndStream, 1, System.Text.Encoding.ASCII.GetBytes(body))]);
        await client.ReadVerdictAsync();

        Assert.All(_upstream.Received, static r => Assert.Equal(("/a", false), (r.Target, r.Body.Contains("evil", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Client.GetAsync("/a")).StatusCode);
    }

    [Theory, Spec("CFG-166")]
    [InlineData("content-length", "5")]
    [InlineData("authorization", "Bearer evil")]
    [InlineData("x-evil", "1")]
    [InlineData(":path", "/evil")]
    public async Task Trailers_are_no_headers_of_the_backend(string name, string value)
    {
        using var client = await Http2Frames.ConnectAsync(_gateway);
        var block = Http2Frames.Block((":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "a"));

        await client.WriteAsync([.. Http2Frames.Frame(Http2Frames.Headers, Http2Frames.EndHeaders, 1, block), .. Http2Frames.Frame(Http2Frames.Data, 0, 1, "{}"u8.ToArray()),
            .. Http2Frames.Frame(Http2Frames.Headers, Http2Frames.EndHeaders | Http2Frames.EndStream, 1, Http2Frames.Block((name, value)))]);
        await client.ReadVerdictAsync();

        Assert.All(_upstream.Received, r => Assert.Equal(("/a", false), (r.Target, r.Headers.Any(h => h.Value == value && h.Key != "Content-Length"))));
    }

    private async Task AssertHarmlessAsync(params (string, string)[] fields)
    {
        var before = _upstream.Received.Count;
        using var client = await Http2Frames.ConnectAsync(_gateway);

        await client.WriteAsync(Http2Frames.Headers, Http2Frames.EndHeaders | Http2Frames.EndStream, 1, Http2Frames.Block(fields));
        await client.ReadVerdictAsync();

        var sent = _upstream.Received.Skip(before).ToArray();
        Assert.True(sent.Length <= 1, $"{sent.Length} requests out of {string.Join(", ", fields)}");
        Assert.All(sent, r =>
        {
            Assert.True(r.Target.StartsWith("/a", StringComparison.Ordinal) || r.Target.StartsWith("/p/", StringComparison.Ordinal), r.Target);
            Assert.Null(r.Header("x-evil"));
            Assert.DoesNotContain("evil", r.Header("Host"), StringComparison.Ordinal);
            Assert.Equal("GET", r.Method);
        });
    }
}
