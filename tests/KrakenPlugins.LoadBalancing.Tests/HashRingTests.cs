using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.LoadBalancing.Strategies;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace KrakenPlugins.LoadBalancing.Tests;

public sealed class HashRingTests
{
    private const int Keys = 2000;

    [Fact, Spec("RTE-406")]
    public void A_host_that_leaves_or_joins_moves_only_its_own_keys()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var all = HostTableTests.Hosts(random.Next(2, 20));
            var before = OwnersOf(all);
            var gone = random.Next(all.Length);

            var after = OwnersOf([.. all.Where((_, i) => i != gone).OrderBy(_ => random.Next())]);

            for (var key = 0; key < Keys; key++)
                Assert.True(before[key] == all[gone].ToString() ? after[key] != before[key] : after[key] == before[key], $"seed {seed}: key {key} went from {before[key]} to {after[key]}");
        }
    }

    [Fact, Spec("RTE-406", "RTE-371")]
    public void Shares_follow_weights()
    {
        var hosts = HostTableTests.Hosts(4);

        var owners = OwnersOf([.. hosts, hosts[3]], 50_000).CountBy(static o => o).ToDictionary();

        for (var i = 0; i < 4; i++)
            Assert.InRange(owners[hosts[i].ToString()], (i == 3 ? 20_000 : 10_000) * 0.8, (i == 3 ? 20_000 : 10_000) * 1.2);
    }

    [Fact, Spec("RTE-406")]
    public void The_hash_of_a_text_never_changes()
    {
        Assert.Equal(KeyHash.Of("alice"), KeyHash.Of(string.Concat("al", "ice")));
        Assert.Equal(
            [17966465884629773581UL, 5126780810051755033UL, 16380952974514967688UL],
            new[] { KeyHash.Of(""), KeyHash.Of("alice"), KeyHash.Of("a key of some length") });
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(static i => KeyHash.Of(i.ToString(CultureInfo.InvariantCulture))).Distinct().Count());
    }

    [Fact, Spec("RTE-406")]
    public void A_claim_may_be_the_key()
    {
        using var context = new TestContext();
        var key = HashKey.Of("claim", "sub", context);

        Assert.True(key.TryRead(TestRequest.Create(claims: """{"sub":"alice"}"""), out var hash));
        Assert.Equal(KeyHash.Of("alice"), hash);
        Assert.False(key.TryRead(TestRequest.Create(), out _));
        Assert.False(HashKey.Of("client_ip", "", context).TryRead(TestRequest.Create(), out _));
    }

    [Theory]
    [InlineData("sid=1", "1")]
    [InlineData("a=b; sid=1; c=d", "1")]
    [InlineData("xsid=2; sid=1", "1")]
    [InlineData("sid=", null)]
    [InlineData("sid", null)]
    [InlineData("SID=1", null)]
    [InlineData("", null)]
    public void A_cookie_is_found_among_others(string header, string? value)
    {
        using var context = new TestContext();

        Assert.Equal(value is not null, HashKey.Of("cookie", "sid", context).TryRead(TestRequest.Create(headers: [("Cookie", header)]), out var hash));
        if (value is not null)
            Assert.Equal(KeyHash.Of(value), hash);
    }

    [Theory, Spec("RTE-407")]
    [InlineData(1.0)]
    [InlineData(1.25)]
    [InlineData(2.0)]
    public async Task Attack_keys_that_were_made_for_one_host_stay_below_its_bound_on_many_threads(double maxLoad)
    {
        const int Threads = 4, Calls = 250;
        var hosts = HostTableTests.Hosts(5);
        var table = new HostTable(new HostRules(0, null, 1, 1, true));
        var view = table.Look(hosts, null, 0, []);
        using var context = new TestContext();
        var strategy = new ConsistentHash(HashKey.Of("header", "K", context), maxLoad);
        var victim = OwnersOf(hosts)[0];
        var keys = Enumerable.Range(0, 100_000).Select(static i => i.ToString(CultureInfo.InvariantCulture)).Where(k => OwnerOf(view, k) == victim).Take(Calls).ToArray();

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            foreach (var key in keys)
                strategy.Pick(view, TestRequest.Create(headers: [("K", key)]));
        })));

        var bound = Math.Ceiling(maxLoad * Threads * Calls / hosts.Length);
        Assert.All(view.States, state => Assert.True(state.InFlight <= bound + Threads, $"{state.Key} has {state.InFlight} of {bound}"));
        Assert.Equal(Threads * Calls, view.States.Sum(static s => s.InFlight));
    }

    [Theory, Spec("RTE-405")]
    [InlineData("round_robin")]
    [InlineData("random")]
    [InlineData("least_requests")]
    [InlineData("power_of_two")]
    [InlineData("consistent_hash")]
    public void A_choice_allocates_nothing(string name)
    {
        var hosts = HostTableTests.Hosts(8);
        var table = new HostTable(new HostRules(0, null, 1, 1, true));
        using var context = new TestContext();
        var settings = new BalancingSettings { Strategy = name, Hash = new HashSettings { By = "header", Name = "K" } };
        var balancer = new Balancer(table, BalancingRules.StrategyOf(settings, context), static status => status >= 500, new BalancingMetrics(), context);
        var request = TestRequest.Create(headers: [("K", "alice")]);

        var bytes = Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var host = balancer.Pick(request, hosts);
                balancer.Answered(host, new HostAnswer(200, null, TimeSpan.Zero));
                balancer.Completed(host, default, TimeSpan.Zero);
            }
        });

        Assert.Equal(0, bytes);
        Assert.All(table.Look(hosts, null, 0, []).States, static state => Assert.Equal(0, state.InFlight));
    }

    private static string[] OwnersOf(BackendHost[] hosts, int keys = Keys)
    {
        var view = new HostTable(new HostRules(0, null, 1, 1, true)).Look(hosts, null, 0, []);
        return [.. Enumerable.Range(0, keys).Select(i => OwnerOf(view, i.ToString(CultureInfo.InvariantCulture)))];
    }

    private static string OwnerOf(HostView view, string key) => view.All[view.Ring.OwnerAt(view.Ring.PlaceOf(KeyHash.Of(key)))].State.Key;
}
