using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.Core.Tests.Sdk;

public sealed class OutgoingAddressTests
{
    [Theory]
    [InlineData("https://idp.example.com", "https", "idp.example.com", 443, "/")]
    [InlineData("http://a:8080/x/../y?b=%2f#frag", "http", "a", 8080, "/x/../y?b=%2f")]
    [InlineData("HTTP://A.Example?x=1", "http", "a.example", 80, "/?x=1")]
    [InlineData("https://[::1]:8443/p", "https", "::1", 8443, "/p")]
    [InlineData("https://a/ä b", "https", "a", 443, "/%C3%A4%20b")]
    public void A_url_is_host_and_target(string url, string scheme, string host, int port, string target)
    {
        Assert.True(OutgoingAddress.TryParse(url, out var address));

        Assert.Equal((scheme, host, port, target), (address.Host.Scheme, address.Host.Host, address.Host.Port, address.Target));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/x")]
    [InlineData("idp.example.com/x")]
    [InlineData("ftp://a/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://")]
    public void What_is_no_http_url_is_refused(string? url) => Assert.False(OutgoingAddress.TryParse(url, out _));

    [Fact]
    public void Secrets_of_a_url_are_not_shown()
    {
        Assert.True(OutgoingAddress.TryParse("https://user:p%40ss@a.example:8443/x?key=secret", out var address));

        Assert.Equal("https://a.example:8443/x", address.ToString());
        Assert.Equal("Basic dXNlcjpwQHNz", address.Host.Authorization);
        Assert.Equal("https://a.example:8443/y", address.WithTarget("/y").ToString());
    }
}
