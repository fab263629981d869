using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class HostTests
{
    [Theory]
    [Spec("RTE-060", "RTE-376")]
    [InlineData("http://a", "http", "a", 80, "", "a")]
    [InlineData("HTTPS://a.b-c_d", "https", "a.b-c_d", 443, "", "a.b-c_d")]
    [InlineData("http://a:80/base", "http", "a", 80, "/base", "a")]
    [InlineData("http://a:8080/base/v1/", "http", "a", 8080, "/base/v1", "a:8080")]
    [InlineData("https://[::1]:8443", "https", "::1", 8443, "", "[::1]:8443")]
    [InlineData("http://user:p:w@a/", "http", "a", 80, "", "a")]
    public void Parses_hosts(string text, string scheme, string name, int port, string basePath, string authority)
    {
        Assert.True(HostParser.TryParse(text, out var host));

        Assert.Equal((scheme, name, port, basePath, authority), (host.Scheme, host.Host, host.Port, host.BasePath, host.Authority));
    }

    [Theory]
    [Spec("RTE-060")]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("ftp://a")]
    [InlineData("http://")]
    [InlineData("http://:80")]
    [InlineData("http://a:")]
    [InlineData("http://a:0")]
    [InlineData("http://a:65536")]
    [InlineData("http://a:+1")]
    [InlineData("http://a b")]
    [InlineData("http://a?q")]
    [InlineData("http://a/#f")]
    [InlineData("http://a\r\n")]
    [InlineData("http://caf\u00e9")]
    [InlineData("http://[::1")]
    [InlineData("http://[a]")]
    [InlineData("http://[::1]x")]
    [InlineData("http://a,b")]
    public void Refuses_what_is_no_host(string text) => Assert.False(HostParser.TryParse(text, out _));

    [Theory]
    [Spec("RTE-369", "RTE-370", "RTE-375")]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_host_gets_an_equal_share(int count)
    {
        var hosts = Enumerable.Range(0, count).Select(i => new BackendHost("http", $"h{i}", 80)).ToArray();
        var balancer = new HostBalancer(hosts);

        var picks = Enumerable.Range(0, 3000).Select(_ => balancer.Pick()).CountBy(host => host.Host).ToDictionary();

        Assert.All(hosts, host => Assert.Equal(3000 / count, picks[host.Host]));
    }

    [Fact]
    [Spec("RTE-371")]
    public void A_repeated_host_gets_repeated_shares()
    {
        var a = new BackendHost("http", "a", 80);
        var b = new BackendHost("http", "b", 80);
        var balancer = new HostBalancer([a, b, b, b]);

        Assert.Equal(250, Enumerable.Range(0, 1000).Count(_ => balancer.Pick() == a));
    }

    [Fact]
    [Spec("RTE-370", "RTE-372")]
    public void Balancers_start_anywhere_and_count_for_themselves()
    {
        BackendHost[] hosts = [new("http", "a", 80), new("http", "b", 80), new("http", "c", 80)];

        var starts = Enumerable.Range(0, 100).Select(seed => new HostBalancer(hosts, new Random(seed)).Pick()).Distinct();

        Assert.Equal(3, starts.Count());
        Assert.Throws<ArgumentException>(() => new HostBalancer([]));
    }
}
