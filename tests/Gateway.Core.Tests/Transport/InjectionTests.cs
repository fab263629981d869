using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class InjectionTests
{
    [Theory]
    [InlineData("/a\r\nX-Evil: 1")]
    [InlineData("/a\nb")]
    [InlineData("/a\rb")]
    [InlineData("/a\0b")]
    [InlineData("/a b")]
    [InlineData("/a\tb")]
    [InlineData("/caf\u00e9")]
    [InlineData("/\u010a")]
    [InlineData("/\u007f")]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("http://evil/")]
    public Task Refuses_a_target_that_could_end_the_line(string target) => Refuses(url => TransportFixture.Request(url, "GET", target));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nX:")]
    [InlineData("")]
    [InlineData("G T")]
    [InlineData("GE\nT")]
    [InlineData("CONNECT")]
    [InlineData("connect")]
    public Task Refuses_a_method_that_is_no_token(string method) => Refuses(url => TransportFixture.Request(url, method));

    [Theory]
    [InlineData("")]
    [InlineData("X Evil")]
    [InlineData("X-Evil:")]
    [InlineData("X\r\nEvil")]
    [InlineData("X\n")]
    [InlineData("X\0")]
    [InlineData("X\u00e9")]
    [InlineData("X\u010a")]
    public Task Refuses_a_header_name_that_is_no_token(string name) => Refuses(url => TransportFixture.Request(url, "GET", "/", (name, "v")));

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u0001b")]
    [InlineData("a\u007fb")]
    public Task Refuses_a_header_value_with_control_characters(string value) => Refuses(url => TransportFixture.Request(url, "GET", "/", ("X-A", value)));

    [Fact]
    public Task Refuses_a_host_that_could_end_the_line() => Refuses(url =>
    {
        var request = TransportFixture.Request(url);
        request.Host = new BackendHost("http", "127.0.0.1\r\nX-Evil: 1", request.Host!.Port);
        return request;
    });

    [Fact]
    public Task Refuses_a_base_path_that_could_end_the_line() => Refuses(url =>
    {
        var request = TransportFixture.Request(url);
        request.Host = new BackendHost("http", "127.0.0.1", request.Host!.Port, "/a\r\nX-Evil: 1");
        return request;
    });

    [Fact]
    public async Task Characters_whose_low_byte_is_a_line_end_stay_characters()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(upstream.Url, "GET", "/", ("X-A", "a\u010d\u010aX-Evil: 1")));

        Assert.Contains("X-A: a\u00c4\u008d\u00c4\u008aX-Evil: 1\r\n", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_head_past_the_limit()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var fixture = new TransportFixture(limits: new TransportLimits { MaxRequestHeadBytes = 4096 });

        var error = await fixture.ErrorAsync(TransportFixture.Request(upstream.Url, "GET", "/", ("X-A", new string('a', 5000))));

        Assert.Equal(GatewayErrorKind.Rejected, error.Kind);
        Assert.Empty(upstream.Connections);
    }

    private static async Task Refuses(Func<string, ProxyRequest> make)
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var fixture = new TransportFixture();
        await fixture.GetTextAsync(upstream.Url, "/first");

        var error = await fixture.ErrorAsync(make(upstream.Url));
        await fixture.GetTextAsync(upstream.Url, "/last");

        Assert.Equal(GatewayErrorKind.Rejected, error.Kind);
        Assert.Equal(400, error.StatusCode);
        // The two good requests, next to each other on one connection: nothing of the bad one was between them.
        Assert.Single(upstream.Connections);
        Assert.Equal(["GET /first HTTP/1.1", "GET /last HTTP/1.1"], upstream.Requests.Select(request => request.Split("\r\n")[0]));
    }
}
