using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

/// <summary>A <c>Host</c> header of the request's own, and headers that say that none is wanted.</summary>
public sealed class HostHeaderTests
{
    private const string Empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [InlineData("virtual.example")]
    [InlineData("virtual:81")]
    [InlineData("[::1]:81")]
    public async Task Is_sent_in_place_of_the_authority(string value)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var request = TransportFixture.Request(upstream.Url);
        request.HostHeader = value;

        await fixture.TextAsync(request);
        await fixture.GetTextAsync(upstream.Url);

        Assert.StartsWith($"GET / HTTP/1.1\r\nHost: {value}\r\n", upstream.Requests[0], StringComparison.Ordinal);
        Assert.StartsWith($"GET / HTTP/1.1\r\nHost: 127.0.0.1:{upstream.Port}\r\n", upstream.Requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a/b")]
    [InlineData("user@b")]
    [InlineData("a,b")]
    [InlineData("é")]
    public async Task Is_refused_when_it_is_no_authority(string value)
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();
        var request = TransportFixture.Request(upstream.Url);
        request.HostHeader = value;

        var result = await fixture.SendAsync(request);

        Assert.Equal((GatewayErrorKind.Rejected, "net/http: invalid Host header"), (result.Error!.Kind, result.Error.Message));
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task An_empty_user_agent_or_accept_encoding_asks_for_none()
    {
        await using var upstream = RawUpstream.Answering(Empty);
        using var fixture = new TransportFixture();

        await fixture.TextAsync(TransportFixture.Request(upstream.Url, "GET", "/", ("User-Agent", ""), ("Accept-Encoding", ""), ("X-Empty", "")));

        Assert.DoesNotContain("User-Agent", upstream.Requests[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Accept-Encoding", upstream.Requests[0], StringComparison.Ordinal);
        Assert.Contains("X-Empty: \r\n", upstream.Requests[0], StringComparison.Ordinal);
    }
}
