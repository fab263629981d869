using Gateway.Testing;
using KrakenPlugins.Dns.Protocol;
using KrakenPlugins.Dns.Resolving;
using Xunit;
using static KrakenPlugins.Dns.Tests.NameServer;

namespace KrakenPlugins.Dns.Tests;

/// <summary>Messages that a hostile server may send, and what records become.</summary>
public sealed class MessageTests
{
    private const string Name = "a.test";

    [Fact, Spec("RTE-355")]
    public void A_pointer_that_does_not_lead_backwards_is_broken()
    {
        foreach (var target in new byte[] { 0, 12, 40, 255 })
        {
            var message = new byte[64];
            message[12] = 0xc0;
            message[13] = target;
            var at = 12;
            Assert.Equal(target == 0, DnsName.TryRead(message, ref at, out _));
        }
        // Two that lead to each other.
        byte[] loop = [0xc0, 2, 0xc0, 0];
        var start = 2;
        Assert.False(DnsName.TryRead(loop, ref start, out _));
    }

    [Fact, Spec("RTE-355")]
    public void Names_do_not_grow_beyond_their_limit()
    {
        var message = new List<byte>();
        for (var i = 0; i < 10; i++)
            message.AddRange([63, .. Enumerable.Repeat((byte)'a', 63)]);
        message.Add(0);
        var at = 0;

        Assert.False(DnsName.TryRead([.. message], ref at, out _));
        Assert.False(DnsName.IsValid(new string('a', 64)));
        Assert.False(DnsName.IsValid("a..b"));
        Assert.False(DnsName.IsValid("a b"));
        Assert.True(DnsName.IsValid("_https._tcp.my-app.default.svc.cluster.local"));
    }

    [Fact, Spec("RTE-355")]
    public void No_changed_or_missing_byte_makes_the_reader_fail()
    {
        var question = new byte[SrvMessage.MaxQuestion];
        var length = SrvMessage.WriteQuestion(7, Name, true, question);
        var answer = Answer(question[..length], 0, (5, "", NameServer.Name("b.test")), Record(Srv("c.test", 1), "b.test"), Record(Srv("d.test", 1)));
        var random = new Random(3);
        for (var i = 0; i < 50_000; i++)
        {
            var changed = answer.ToArray();
            for (var n = random.Next(4); n > 0; n--)
                changed[random.Next(2, changed.Length)] = (byte)random.Next(256);
            SrvMessage.Read(changed.AsSpan(0, random.Next(changed.Length + 1)), 7, Name, out var records);
            Assert.InRange(records.Count, 0, 2);
        }
    }

    [Fact, Spec("RTE-355")]
    public void An_alias_of_itself_ends()
    {
        var question = new byte[SrvMessage.MaxQuestion];
        var length = SrvMessage.WriteQuestion(7, Name, true, question);

        var outcome = SrvMessage.Read(Answer(question[..length], 0, (5, "", NameServer.Name(Name))), 7, Name, out var records);

        Assert.Equal(SrvOutcome.Answered, outcome);
        Assert.Empty(records);
    }

    [Theory, Spec("RTE-358", "RTE-359", "RTE-360")]
    [InlineData("1 2", "1 2")]
    [InlineData("25 10000 1000", "0 10 1")]
    [InlineData("25 1000 10000 65535", "0 1 13 85")]
    [InlineData("100 500 1000", "6 31 62")]
    [InlineData("10 10", "1 1")]
    [InlineData("0 0 0", "1 1 1")]
    [InlineData("0", "1")]
    [InlineData("7", "1")]
    [InlineData("0 5", "0 1")]
    [InlineData("", "")]
    public void Weights_become_shares(string weights, string expected) =>
        Assert.Equal(expected, string.Join(' ', SrvShares.Of([.. weights.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)])));

    [Fact, Spec("RTE-356", "RTE-357")]
    public void Only_the_lowest_priority_counts_and_only_what_can_be_called()
    {
        SrvRecord[] records = [Srv("b", 1, 1, 10), Srv("a", 1, 1, 10), Srv("c", 1, 1, 20), Srv("no-port", 0, 1, 10), Srv("", 1, 1, 10), Srv("x\r\nHost: evil", 1, 1, 10)];

        Assert.Equal(["b", "a"], SrvShares.Usable(records).Select(static record => record.Target));
    }

    [Fact, Spec("RTE-358", "RTE-365", "RTE-366")]
    public void A_list_is_the_same_until_its_records_are_others_and_keeps_the_hosts_that_stay()
    {
        var hosts = new SrvHosts(Name, "https");
        Assert.Empty(hosts.Hosts);

        Assert.True(hosts.Take([Srv("a", 80, 1), Srv("b", 81, 2)]));
        var first = hosts.Hosts;
        Assert.False(hosts.Take([Srv("b", 81, 2), Srv("a", 80, 1)]));
        Assert.Same(first, hosts.Hosts);
        Assert.Equal(["a:80", "b:81", "b:81"], first.Select(static host => host.Authority));
        Assert.All(first, static host => Assert.Equal("https", host.Scheme));

        Assert.True(hosts.Take([Srv("b", 81, 1), Srv("c", 82, 1)]));
        Assert.Same(first[1], hosts.Hosts[0]);
        Assert.True(hosts.Take([.. Enumerable.Range(1, 150).Select(static i => Srv($"h{i}", i))]));
        Assert.Equal(150, hosts.Hosts.Distinct().Count());
        Assert.True(hosts.Take([]));
        Assert.Empty(hosts.Hosts);
    }
}
