using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class ClusterTests
{
    [Fact, Spec("TRF-148", "TRF-154", "TRF-078", "TRF-437")]
    public async Task Quotas_count_in_a_cluster_and_go_on_after_a_fail_over()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var addresses = string.Join(',', cluster.Servers.Take(3).Select(static server => $"\"{server.Address}\""));
        await using var front = await Front.StartAsync(Front.Document($$"""
            "redis":{"clusters":[{"name":"a","addresses":[{{addresses}}]}]},"governance/processors":{"quotas":[{"name":"plans","connection_name":"a","on_failure_recover":true,"rules":{{Front.Year}}}]}
            """, Front.Quota("plans")));

        var users = Enumerable.Range(0, 12).Select(static i => $"X-User: u{{{i}}}").ToArray();
        var statuses = await Task.WhenAll(users.SelectMany(user => Enumerable.Range(0, 5).Select(async _ => (await front.GetAsync("/e", "X-Plan: gold", user)).Status)));
        Assert.Equal((36, 24), (statuses.Count(static status => status == 200), statuses.Count(static status => status == 429)));
        Assert.All(cluster.Servers.Take(3), static server => Assert.NotEqual("0", server.Cli("dbsize")));

        cluster.Servers[0].Kill();
        await Wait.UntilAsync(() => cluster.Servers.Skip(1).Any(static server => server.Cli("role").StartsWith("master", StringComparison.Ordinal) && server.Cli("cluster", "info").Contains("cluster_state:ok", StringComparison.Ordinal))
            && cluster.Servers.Skip(3).Any(static server => server.Cli("role").StartsWith("master", StringComparison.Ordinal)), static () => "no replica took over");
        foreach (var user in users)
            await Wait.UntilAsync(() => front.GetAsync("/e", "X-Plan: gold", user).GetAwaiter().GetResult().Status == 429, () => $"{user} is not refused");
    }
}
