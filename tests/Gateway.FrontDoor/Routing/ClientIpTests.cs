using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class ClientIpTests
{
    private const string OneEndpoint = """{"endpoint":"/a","input_headers":["*"],"backend":[{"url_pattern":"/b"}]}""";
    private const string Trusting = """{"forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.0/8","10.0.0.0/8"]}""";

    [Fact, Spec("RTE-048", "RTE-054")]
    public async Task By_default_the_client_is_the_peer_whatever_the_headers_say()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint);

        Assert.Equal("127.0.0.1", await AddressAsync(rig, "X-Forwarded-For: 6.6.6.6", "X-Real-IP: 7.7.7.7"));
        await rig.Gateway.WaitForLogAsync("|       127.0.0.1 | GET");
    }

    [Theory, Spec("RTE-048")]
    [InlineData("""{"forwarded_by_client_ip":true}""")]
    [InlineData("""{"trusted_proxies":["127.0.0.1"]}""")]
    public async Task Half_a_configuration_is_warned_of_and_has_no_effect(string router)
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router(router));

        Assert.Equal("127.0.0.1", await AddressAsync(rig, "X-Forwarded-For: 6.6.6.6"));
        Assert.Contains(rig.Gateway.Diagnostics.All, static d => d.Severity == KrakenPlugins.Sdk.Configuration.ConfigSeverity.Warning && d.Path.Contains("router", StringComparison.Ordinal));
    }

    [Theory, Spec("RTE-049", "RTE-050", "RTE-054")]
    [InlineData("1.1.1.1, 2.2.2.2, 10.0.0.3", "2.2.2.2")]
    [InlineData("10.0.0.9, 10.0.0.3", "10.0.0.9")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("2001:db8::1, 10.1.1.1", "2001:db8::1")]
    public async Task A_trusted_peer_is_believed_up_to_the_first_stranger(string header, string expected)
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router(Trusting));

        Assert.Equal(expected, await AddressAsync(rig, $"X-Forwarded-For: {header}"));
        await rig.Gateway.WaitForLogAsync($"| {expected,15} | GET");
    }

    [Fact, Spec("RTE-049", "RTE-054")]
    public async Task Repeated_lines_are_one_list_and_one_value_goes_upstream()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router(Trusting));

        Assert.Equal("2.2.2.2", await AddressAsync(rig, "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2.2.2.2", "X-Forwarded-For: 10.0.0.3"));
    }

    [Fact, Spec("RTE-051")]
    public async Task An_entry_that_is_no_address_spoils_its_header()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router(Trusting));

        Assert.Equal("127.0.0.1", await AddressAsync(rig, "X-Forwarded-For: 1.1.1.1, junk"));
        Assert.Equal("3.3.3.3", await AddressAsync(rig, "X-Forwarded-For: 1.1.1.1, junk", "X-Real-IP: 3.3.3.3"));
        Assert.Equal("4.4.4.4", await AddressAsync(rig, "X-Forwarded-For: junk, 4.4.4.4"));
    }

    [Fact, Spec("RTE-052")]
    public async Task A_peer_outside_the_trusted_networks_is_not_believed()
    {
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router("""{"forwarded_by_client_ip":true,"trusted_proxies":["10.0.0.0/8"]}"""));

        Assert.Equal("127.0.0.1", await AddressAsync(rig, "X-Forwarded-For: 6.6.6.6"));
    }

    [Fact, Spec("RTE-053")]
    public async Task The_header_list_replaces_the_default_one()
    {
        await using var rig = await Rig.StartAsync(
            OneEndpoint, Rig.Router("""{"forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.1"],"remote_ip_headers":["x-CLIENT-ip"]}"""));

        Assert.Equal("127.0.0.1", await AddressAsync(rig, "X-Forwarded-For: 6.6.6.6", "X-Real-IP: 6.6.6.6"));
        Assert.Equal("5.5.5.5", await AddressAsync(rig, "X-Client-Ip: 5.5.5.5"));
    }

    [Fact, Spec("RTE-045")]
    public async Task App_Engines_header_comes_before_every_other_rule()
    {
        await using var rig = await Rig.StartAsync(
            OneEndpoint, Rig.Router("""{"app_engine":true,"forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.1"]}"""));

        Assert.Equal("8.8.8.8", await AddressAsync(rig, "X-Appengine-Remote-Addr: 8.8.8.8", "X-Forwarded-For: 6.6.6.6"));
        Assert.Equal("6.6.6.6", await AddressAsync(rig, "X-Forwarded-For: 6.6.6.6"));
    }

    [Fact, Spec("RTE-055")]
    public async Task An_IPv6_peer_in_an_IPv6_network_is_trusted()
    {
        if (!Socket.OSSupportsIPv6)
            return;
        await using var rig = await Rig.StartAsync(OneEndpoint, Rig.Router("""{"forwarded_by_client_ip":true,"trusted_proxies":["::1/128"]}"""));
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.IPv6Loopback, rig.Gateway.Port);

        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /a HTTP/1.1\r\nHost: gw\r\nConnection: close\r\nX-Forwarded-For: 2001:db8::7\r\n\r\n"));
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
        {
        }

        Assert.Equal("2001:db8::7", rig.Last.Header("X-Forwarded-For"));
        Assert.Equal("127.0.0.1", await AddressAsync(rig, "X-Forwarded-For: 6.6.6.6"));
    }

    [Theory, Spec("RTE-055")]
    [InlineData("10.0.0.0/33")]
    [InlineData("localhost")]
    [InlineData("300.1.1.1")]
    public async Task An_invalid_trusted_proxy_is_refused(string proxy)
    {
        var refusal = await Rig.RefusalAsync(OneEndpoint, Rig.Router($$"""{"forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.1","{{proxy}}"]}"""));

        Assert.Contains(proxy, refusal, StringComparison.Ordinal);
    }

    private static async Task<string?> AddressAsync(Rig rig, params string[] headers)
    {
        await rig.TargetOfAsync("/a", headers);
        return rig.Last.Header("X-Forwarded-For");
    }
}
