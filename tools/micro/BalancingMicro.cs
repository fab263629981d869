using KrakenPlugins.LoadBalancing;
using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Retries;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;

namespace Gateway.Micro;

/// <summary>What it costs to choose a host: the pick with what it hears of the answer and of the end, for each strategy; and a call's part in a budget.</summary>
internal static class BalancingMicro
{
    public static void Run()
    {
        Console.WriteLine($"{"decision",-34} {"ns",8} {"bytes",6}");
        foreach (var strategy in (string[])["round_robin", "random", "least_requests", "power_of_two", "consistent_hash"])
            Pick(strategy, 8);
        Pick("least_requests", 64);
        Pick("consistent_hash", 64);
        Whole("power_of_two", 8, new OutlierRules(5, 0, 1, 1, 1, 1, 50), "a call, outliers");
        Whole("power_of_two", 8, new OutlierRules(5, 0.9, long.MaxValue / 4, 20, 1, 1, 50), "a call, outliers by share");
        var budget = new RetryBudget(0.2, 10, 10 * TimeProvider.System.TimestampFrequency);
        GuardsMicro.Print("a call in a budget of retries", () =>
        {
            budget.Call(TimeProvider.System.GetTimestamp());
            return true;
        }, static () => { });
    }

    private static void Pick(string strategy, int count)
    {
        using var context = new TestContext();
        var (balancer, hosts, request) = Balance(strategy, count, null, context);
        var table = balancer.Table;
        var view = balancer.View(hosts);
        GuardsMicro.Print($"{strategy}, {count} hosts", () =>
        {
            var host = balancer.Pick(request, hosts);
            view.StateOf(host)!.Release();
            return table.Version == view.Version;
        }, static () => { });
    }

    private static void Whole(string strategy, int count, OutlierRules outlier, string name)
    {
        using var context = new TestContext();
        var (balancer, hosts, request) = Balance(strategy, count, outlier, context);
        GuardsMicro.Print(name, () =>
        {
            var host = balancer.Pick(request, hosts);
            balancer.Answered(host, new HostAnswer(200, null, TimeSpan.Zero));
            balancer.Completed(host, default, TimeSpan.Zero);
            return true;
        }, static () => { });
    }

    private static (Balancer Balancer, BackendHost[] Hosts, ProxyRequest Request) Balance(string strategy, int count, OutlierRules? outlier, TestContext context)
    {
        BackendHost[] hosts = [.. Enumerable.Range(0, count).Select(static i => new BackendHost("http", $"host{i}", 80))];
        var settings = new BalancingSettings { Strategy = strategy, Hash = new HashSettings { By = "header", Name = "X-User" } };
        var table = new HostTable(new HostRules(0, outlier, 1, 1, strategy == "consistent_hash"));
        var balancer = new Balancer(table, BalancingRules.StrategyOf(settings, context), static status => status >= 500, new BalancingMetrics(), context);
        return (balancer, hosts, TestRequest.Create(headers: [("X-User", "somebody@example.com")]));
    }
}
