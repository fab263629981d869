using System.Net;
using Gateway.Testing;
using KrakenPlugins.Dns.Protocol;
using KrakenPlugins.Dns.Resolving;
using Xunit;
using static KrakenPlugins.Dns.Tests.NameServer;

namespace KrakenPlugins.Dns.Tests;

/// <summary>The resolver against a name server, a bad one too.</summary>
public sealed class ResolverTests : IAsyncLifetime
{
    private const string Name = "_http._tcp.shop.test";

    private readonly NameServer _server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private Task<IReadOnlyList<SrvRecord>> ResolveAsync(string name = Name, ResolverSettings? settings = null) =>
        new SrvResolver(() => settings ?? _server.Settings, TimeProvider.System).ResolveAsync(name, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

    [Fact, Spec("RTE-355", "RTE-356")]
    public async Task Records_are_found_and_targets_lose_case_and_final_dot()
    {
        _server.Records[Name] = [Srv("A.Shop.Test", 8080, 5, 10), Srv("b.shop.test", 80)];

        Assert.Equal([Srv("a.shop.test", 8080, 5, 10), Srv("b.shop.test", 80)], await ResolveAsync());
        Assert.True(Assert.Single(_server.Asked).HasExtension);
    }

    [Fact, Spec("RTE-355")]
    public async Task An_answer_that_does_not_fit_comes_over_tcp()
    {
        var records = Enumerable.Range(1, 300).Select(static i => Srv($"host-{i}.shop.test", i)).ToArray();
        _server.Script = (question, _, isTcp) =>
        {
            if (isTcp)
                return [Answer(question, 0, [.. records.Select(static record => Record(record))])];
            var cut = Answer(question, 0, Record(records[0]));
            cut[2] |= 2;
            return [cut];
        };

        Assert.Equal(records, await ResolveAsync());
        Assert.Equal([false, true], _server.Asked.Select(static asked => asked.IsTcp));
    }

    [Fact, Spec("RTE-355")]
    public async Task Answers_that_are_forged_are_not_looked_at()
    {
        var good = Srv("good.test", 1);
        _server.Script = (question, _, _) =>
        {
            var evil = Record(Srv("evil.test", 2));
            byte[] number = Answer(question, 0, evil), reply = Answer(question, 0, evil), type = Answer(question, 0, evil), name = Answer(question, 0, evil);
            number[0] ^= 1;
            reply[2] = 1;
            type[12 + Name.Length + 3] = 1;
            name[13] = (byte)'x';
            return [[], [1, 2, 3], number, reply, type, name, Answer(question, 0, Record(good))];
        };

        Assert.Equal([good], await ResolveAsync());
    }

    [Fact, Spec("RTE-355")]
    public async Task Numbers_and_ports_differ_from_question_to_question()
    {
        var ids = new HashSet<int>();
        _server.Script = (question, _, _) =>
        {
            lock (ids)
                ids.Add((question[0] << 8) | question[1]);
            return [Answer(question, 0, Record(Srv("a.test", 1)))];
        };

        for (var i = 0; i < 20; i++)
            await ResolveAsync();

        Assert.InRange(ids.Count, 18, 20);
        Assert.InRange(_server.Asked.Select(static asked => asked.Port).Distinct().Count(), 10, 20);
    }

    [Fact, Spec("RTE-355")]
    public async Task Aliases_are_followed_and_records_of_other_names_are_not_taken()
    {
        _server.Script = static (question, _, _) =>
        [
            Answer(question, 0,
                Record(Srv("evil.test", 9), "other.test"),
                (5, "", NameServer.Name("one.test")),
                (5, "one.test", NameServer.Name("two.test")),
                Record(Srv("good.test", 1), "two.test")),
        ];

        Assert.Equal([Srv("good.test", 1)], await ResolveAsync());
    }

    [Theory, Spec("RTE-361", "RTE-362")]
    [InlineData(2, "refused to answer")]
    [InlineData(5, "refused to answer")]
    [InlineData(3, "lookup _http._tcp.shop.test: no such host")]
    public async Task A_server_that_says_no_is_a_failure(int code, string expected)
    {
        _server.Script = (question, _, _) => [Answer(question, code)];

        var error = await Assert.ThrowsAsync<DnsException>(() => ResolveAsync());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-362")]
    public async Task A_name_without_records_is_none()
    {
        _server.Records[Name] = [];

        Assert.Empty(await ResolveAsync());
    }

    [Fact, Spec("RTE-355")]
    public async Task A_server_that_does_not_know_the_extension_is_asked_without()
    {
        _server.Script = static (question, _, _) => [question[11] == 1 ? Answer(question, 1) : Answer(question, 0, Record(Srv("a.test", 1)))];

        Assert.Single(await ResolveAsync());
        Assert.Equal([true, false], _server.Asked.Select(static asked => asked.HasExtension));
    }

    [Fact, Spec("RTE-355", "RTE-361")]
    public async Task The_next_server_is_asked_when_one_is_silent_or_gone()
    {
        await using var silent = new NameServer { Script = static (_, _, _) => [] };
        var gone = new NameServer();
        await gone.DisposeAsync();
        _server.Records[Name] = [Srv("a.test", 1)];
        var settings = _server.Settings with { Servers = [gone.EndPoint, silent.EndPoint, _server.EndPoint], Timeout = TimeSpan.FromMilliseconds(300) };

        Assert.Single(await ResolveAsync(settings: settings));
        var error = await Assert.ThrowsAsync<DnsException>(() => ResolveAsync(settings: settings with { Servers = [silent.EndPoint], Attempts = 2 }));

        Assert.Contains("i/o timeout", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, silent.Asked.Count);
    }

    [Theory, Spec("RTE-355")]
    [InlineData("_http._tcp.api", 1, "_http._tcp.api _http._tcp.api.one.test _http._tcp.api.two.test")]
    [InlineData("api.", 1, "api")]
    [InlineData("api", 1, "api.one.test api.two.test api")]
    [InlineData("a.b.c", 5, "a.b.c.one.test a.b.c.two.test a.b.c")]
    public async Task The_search_list_is_walked(string name, int dots, string expected)
    {
        await Assert.ThrowsAsync<DnsException>(() => ResolveAsync(name, _server.Settings with { Search = ["one.test", "two.test"], Dots = dots }));

        Assert.Equal(expected, string.Join(' ', _server.Asked.Select(static asked => asked.Name)));
    }

    [Fact, Spec("RTE-355")]
    public void The_systems_file_is_understood()
    {
        var settings = ResolverSettings.Parse("""
            # comment
            nameserver 10.0.0.1
            nameserver fe80::1
            nameserver nonsense
            nameserver 10.0.0.3
            nameserver 10.0.0.4
            domain old.test
            search a.test. B.test
            options ndots:5 timeout:2 attempts:99 rotate use-vc ndots:x
            """);

        Assert.Equal([IPEndPoint.Parse("10.0.0.1:53"), IPEndPoint.Parse("[fe80::1]:53"), IPEndPoint.Parse("10.0.0.3:53")], settings.Servers);
        Assert.Equal(["a.test", "b.test"], settings.Search);
        Assert.Equal((5, TimeSpan.FromSeconds(2), 5, true), (settings.Dots, settings.Timeout, settings.Attempts, settings.UsesTcp));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], ResolverSettings.Parse("").Servers);
    }
}
