using System.Globalization;
using System.Net;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace KrakenPlugins.IpFilter.Tests;

public sealed class AddressSetTests
{
    [Theory]
    [Spec("TRF-144")]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("127.0.0.1/32", "127.0.0.1", true)]
    [InlineData("10.1.2.3/8", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "::2", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::9", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.0.0.5", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.5", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.0.0.5", false)]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5", true)]
    [InlineData("fe80::/10", "fe80::1", true)]
    public void A_block_holds_its_addresses(string block, string address, bool isIn)
    {
        Assert.True(Address.TryParse(address, out var parsed));
        Assert.Equal(isIn, Compile([block]).Contains(parsed));
        Assert.Equal(isIn, Compile([block]).Contains(Address.Of(IPAddress.Parse(address))));
    }

    [Theory]
    [Spec("TRF-145")]
    [InlineData("10.0.0.0/33")]
    [InlineData("2001:db8::/129")]
    [InlineData("10.0.0/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.256")]
    [InlineData("010.0.0.1")]
    [InlineData("1")]
    [InlineData("0x7f.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("::1%1")]
    [InlineData("10.0.0.1:80")]
    [InlineData("")]
    public void What_is_no_block_is_an_error_at_its_place(string block)
    {
        var findings = new ConfigDiagnostics();

        Assert.Null(AddressSet.Compile(Source(["10.0.0.1", block]), "CIDR", ["10.0.0.1", block], findings));

        var finding = Assert.Single(findings.All);
        Assert.Equal(("CIDR[1]", ConfigSeverity.Error), (finding.Path, finding.Severity));
        Assert.Contains($"\"{block}\" is no block of addresses", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-138", "TRF-362")]
    public void A_set_agrees_with_the_platforms_networks_asked_one_by_one()
    {
        var random = new Random(362);
        for (var round = 0; round < 200; round++)
        {
            var networks = Enumerable.Range(0, random.Next(1, 40)).Select(_ => RandomNetwork(random)).ToArray();
            var set = Compile([.. networks.Select(static n => n.ToString())]);

            for (var i = 0; i < 200; i++)
            {
                var address = i % 2 == 0 ? RandomAddress(random, i % 4 == 0) : Beside(networks[random.Next(networks.Length)], random);
                Assert.Equal(networks.Any(n => n.Contains(address)), set.Contains(Address.Of(address)));
            }
        }
    }

    [Fact]
    [Spec("TRF-362")]
    public void A_hundred_thousand_blocks_are_looked_up_without_allocation()
    {
        var random = new Random(7);
        var set = Compile([.. Enumerable.Range(0, 100_000).Select(_ => RandomNetwork(random, 16).ToString())]);
        var peers = Enumerable.Range(0, 1000).Select(i => RandomAddress(random, i % 2 == 0)).ToArray();
        var found = 0;

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            foreach (var peer in peers)
                found += set.Contains(Address.Of(peer)) ? 1 : 0;
        }));
        Assert.True(found > 0);
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4")]
    [InlineData(" 1.2.3.4\t", "1.2.3.4")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("2001:DB8:0::1", "2001:db8::1")]
    [InlineData("1.2.3", null)]
    [InlineData("1.2.3.4.5", null)]
    [InlineData("1.2.3.4.", null)]
    [InlineData(".1.2.3", null)]
    [InlineData("1..2.3", null)]
    [InlineData("1.2.3.04", null)]
    [InlineData("1.2.3.4:80", null)]
    [InlineData("[2001:db8::1]:443", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("unknown", null)]
    [InlineData("", null)]
    public void Only_plain_addresses_are_read(string text, string? expected) =>
        Assert.Equal(expected, Address.TryParse(text, out var address) ? address.ToString() : null);

    [Theory]
    [Spec("TRF-370")]
    [InlineData("1.2.3.4:80", "1.2.3.4")]
    [InlineData(" [2001:db8::1]:443 ", "2001:db8::1")]
    [InlineData("[::ffff:1.2.3.4]:1", "1.2.3.4")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::1", "::1")]
    [InlineData("1.2.3.4:", null)]
    [InlineData("1.2.3.4:123456", null)]
    [InlineData("1.2.3.4:8a", null)]
    [InlineData("1.2.3.4:1:2", null)]
    [InlineData("[1.2.3.4]:80", null)]
    [InlineData("[2001:db8::1", null)]
    [InlineData("[2001:db8::1]x", null)]
    [InlineData("[2001:db8::1%eth0]:1", null)]
    [InlineData("[]", null)]
    [InlineData("1:80", null)]
    [InlineData("localhost:80", null)]
    [InlineData("", null)]
    public void Ports_behind_addresses_in_headers_count_for_nothing(string text, string? expected) =>
        Assert.Equal(expected, Address.TryParseEntry(text, out var address) ? address.ToString() : null);

    private static IPNetwork RandomNetwork(Random random, int shortest = 0)
    {
        var address = RandomAddress(random, random.Next(2) == 0);
        var bits = address.GetAddressBytes().Length * 8;
        var length = random.Next(shortest, bits + 1);
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bits; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    // A few leading bits only differ, so that blocks overlap and addresses fall into them.
    private static IPAddress RandomAddress(Random random, bool isV4)
    {
        var bytes = new byte[isV4 ? 4 : 16];
        random.NextBytes(bytes);
        bytes[0] = isV4 ? (byte)random.Next(8, 14) : (byte)0x20;
        return new IPAddress(bytes);
    }

    private static IPAddress Beside(IPNetwork network, Random random)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? network.BaseAddress : address;
    }

    private static AddressSet Compile(string[] blocks)
    {
        var findings = new ConfigDiagnostics();
        var set = AddressSet.Compile(Source(blocks.Length > 100 ? [] : blocks), "CIDR", blocks, findings);
        Assert.Empty(findings.All);
        return set!;
    }

    private static ConfigSource Source(string[] blocks)
    {
        var text = new StringBuilder("{\"CIDR\":[");
        for (var i = 0; i < blocks.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}\"{blocks[i]}\"");
        return new ConfigSource(TestConfig.Parse(text.Append("]}").ToString()), ConfigPath.Root);
    }
}
