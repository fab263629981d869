using System.Net;
using Gateway.Core.Configuration;
using Gateway.Core.Routing;
using Gateway.Testing;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace Gateway.Core.Tests.Routing;

public sealed class ClientAddressTests
{
    private const string Trusted = "127.0.0.0/8,10.0.0.0/8,fd00::/8";

    [Theory]
    [Spec("RTE-049", "RTE-050", "RTE-051", "RTE-052")]
    [InlineData("10.0.0.1", "1.1.1.1, 2.2.2.2, 10.0.0.3", "2.2.2.2")]
    [InlineData("10.0.0.1", "1.1.1.1,2.2.2.2,10.0.0.4,10.0.0.3", "2.2.2.2")]
    [InlineData("10.0.0.1", "1.1.1.1|2.2.2.2|10.0.0.3", "2.2.2.2")]
    [InlineData("10.0.0.1", "10.0.0.9, 10.0.0.3", "10.0.0.9")]
    [InlineData("10.0.0.1", "1.1.1.1, junk", "10.0.0.1")]
    [InlineData("10.0.0.1", "junk, 1.1.1.1", "1.1.1.1")]
    [InlineData("10.0.0.1", "junk, 10.0.0.3", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.1.1.1,", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("8.8.8.8", "1.1.1.1", "8.8.8.8")]
    public void The_rightmost_address_that_no_trusted_proxy_has_is_the_client(string peer, string forwarded, string expected) =>
        Assert.Equal(expected, Resolve(Enabled(), peer, ("X-Forwarded-For", forwarded)));

    [Theory]
    [Spec("RTE-051")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.1.1.1")]
    [InlineData("1.1.1.256")]
    [InlineData("1.1.1.1:80")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:80")]
    [InlineData("fe80::1%eth0")]
    [InlineData("2001:db8::1/64")]
    [InlineData("1.1.1.1 2.2.2.2")]
    public void What_is_not_a_plain_address_invalidates_the_header(string entry)
    {
        Assert.Equal("10.0.0.1", Resolve(Enabled(), "10.0.0.1", ("X-Forwarded-For", entry)));
        Assert.Equal("3.3.3.3", Resolve(Enabled(), "10.0.0.1", ("X-Forwarded-For", entry), ("X-Real-IP", "3.3.3.3")));
    }

    [Fact]
    [Spec("RTE-053")]
    public void The_list_of_headers_replaces_the_default()
    {
        var config = new RouterConfig { ForwardedByClientIp = true, TrustedProxies = Networks(Trusted), RemoteIpHeaders = ["x-client"] };

        Assert.Equal("10.0.0.1", Resolve(config, "10.0.0.1", ("X-Real-IP", "1.1.1.1"), ("X-Forwarded-For", "2.2.2.2")));
        Assert.Equal("4.4.4.4", Resolve(config, "10.0.0.1", ("X-Client", "4.4.4.4")));
    }

    [Theory]
    [Spec("RTE-047", "RTE-048")]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, Trusted)]
    [InlineData(true, Trusted)]
    public void Headers_are_believed_only_when_both_attributes_are_set(bool forwarded, string trusted)
    {
        var config = new RouterConfig { ForwardedByClientIp = forwarded, TrustedProxies = Networks(trusted) };

        Assert.Equal(forwarded && trusted.Length > 0 ? "1.1.1.1" : "10.0.0.1", Resolve(config, "10.0.0.1", ("X-Forwarded-For", "1.1.1.1")));
    }

    [Fact]
    [Spec("RTE-048")]
    public void By_default_every_request_of_a_connection_gets_the_same_string()
    {
        var clients = new ClientAddress(new RouterConfig());
        var peer = clients.Peer(IPAddress.Parse("::ffff:9.9.9.9"));

        var client = clients.Resolve(peer, 0, static (_, _) => throw new InvalidOperationException("no header is read"));

        Assert.Same(peer.Text, client);
        Assert.Equal("9.9.9.9", client);
    }

    [Theory]
    [Spec("RTE-055")]
    [InlineData("::ffff:10.0.0.1", "1.1.1.1", "1.1.1.1")]
    [InlineData("fd00::1", "2001:DB8:0:0::1", "2001:db8::1")]
    [InlineData("10.0.0.1", "::ffff:1.1.1.1", "1.1.1.1")]
    [InlineData("10.0.0.1", "1.1.1.1, ::ffff:10.0.0.7", "1.1.1.1")]
    [InlineData("2001:db8::9", "1.1.1.1", "2001:db8::9")]
    public void Mapped_addresses_are_IPv4_and_IPv6_works(string peer, string forwarded, string expected) =>
        Assert.Equal(expected, Resolve(Enabled(), peer, ("X-Forwarded-For", forwarded)));

    [Fact]
    [Spec("RTE-055")]
    public void Mapped_networks_are_IPv4_networks()
    {
        var config = new RouterConfig { ForwardedByClientIp = true, TrustedProxies = Networks("::ffff:10.0.0.0/104") };

        Assert.Equal("1.1.1.1", Resolve(config, "10.2.3.4", ("X-Forwarded-For", "1.1.1.1")));
    }

    [Fact]
    public void A_zone_is_no_part_of_the_address()
    {
        var clients = new ClientAddress(new RouterConfig());

        Assert.Equal("fe80::1", clients.Peer(IPAddress.Parse("fe80::1%3")).Text);
        Assert.Equal("", clients.Peer(null).Text);
    }

    [Theory]
    [Spec("RTE-045")]
    [InlineData(true, "5.5.5.5", "5.5.5.5")]
    [InlineData(true, "", "1.1.1.1")]
    [InlineData(true, "junk", "1.1.1.1")]
    [InlineData(false, "5.5.5.5", "1.1.1.1")]
    public void App_engine_comes_first(bool isAppEngine, string header, string expected)
    {
        var config = new RouterConfig { AppEngine = isAppEngine, ForwardedByClientIp = true, TrustedProxies = Networks(Trusted) };

        Assert.Equal(expected, Resolve(config, "10.0.0.1", ("X-Appengine-Remote-Addr", header), ("X-Forwarded-For", "1.1.1.1")));
    }

    private static RouterConfig Enabled() => new() { ForwardedByClientIp = true, TrustedProxies = Networks(Trusted) };

    private static IPNetwork[] Networks(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static n => IPNetwork.Parse(n))];

    private static string Resolve(RouterConfig config, string peer, params (string Name, string Lines)[] headers)
    {
        var clients = new ClientAddress(config);
        return clients.Resolve(clients.Peer(IPAddress.Parse(peer)), headers, static (all, name) =>
        {
            foreach (var (key, lines) in all)
            {
                if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                    return new StringValues(lines.Split('|'));
            }
            return StringValues.Empty;
        });
    }
}
