using System.Diagnostics;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Resp.Clusters;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>A cluster of three servers with replicas.</summary>
public sealed class ClusterTests
{
    [Theory, Spec("TRF-078")]
    [InlineData("123456789", 0x31C3)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("foo{}{bar}", 8363)]
    public void Slots_are_those_of_the_specification(string key, int slot) => Assert.Equal(slot, KeySlot.Of(Encoding.ASCII.GetBytes(key)));

    [Fact, Spec("TRF-078")]
    public async Task Keys_find_their_servers_from_one_member_and_replicas_take_over_from_what_is_gone_or_hangs()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var client = RespClient.ConnectCluster([new RespAddress("127.0.0.1", cluster.Servers[4].Port)], new RespOptions { Name = "test" });

        for (var i = 0; i < 300; i++)
        {
            var reply = await client.Run($"key:{i}");
            Assert.Equal(1, reply.Number());
        }
        Assert.All(cluster.Servers.Take(3), static server => Assert.InRange(int.Parse(server.Cli("dbsize"), System.Globalization.CultureInfo.InvariantCulture), 50, 150));

        var lost = cluster.Servers[0];
        lost.Kill();
        foreach (var key in (string[])["key:1", "key:2", "key:3", "key:4", "key:5", "key:6", "key:7", "key:8"])
            await client.UntilAnswered(key);
        Assert.True((await client.Run("key:1")).Number() >= 2);

        // One that hangs keeps its connections open: nobody says that it is gone.
        var hanging = cluster.Servers[1];
        var replica = cluster.Servers.Skip(3).Single(server => server.Cli("info", "replication").Contains($"master_port:{hanging.Port}", StringComparison.Ordinal));
        hanging.Freeze();
        await Wait.UntilAsync(() => replica.Cli("role").StartsWith("master", StringComparison.Ordinal), static () => "no replica takes over");
        var start = Stopwatch.GetTimestamp();
        foreach (var key in (string[])["key:1", "key:2", "key:3", "key:4", "key:5", "key:6", "key:7", "key:8"])
            await client.UntilAnswered(key);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 4);
        hanging.Thaw();
    }

    [Fact, Spec("TRF-078")]
    public async Task A_slot_that_moves_is_followed()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var client = RespClient.ConnectCluster([new RespAddress("127.0.0.1", cluster.Servers[0].Port)], new RespOptions { Name = "test" });
        await client.Run("{123456789}");
        var ids = cluster.Servers.Select(static s => s.Cli("cluster", "myid")).ToArray();
        var (from, to) = (cluster.Servers[2], cluster.Servers[0]);

        // 12739 is the slot of 123456789. A key that is not at the source any more is answered with ASK.
        to.Cli("cluster", "setslot", "12739", "importing", ids[2]);
        from.Cli("cluster", "setslot", "12739", "migrating", ids[0]);
        Assert.Equal(1, (await client.Run("{123456789}.new")).Number());

        from.Cli("migrate", "127.0.0.1", to.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "{123456789}", "0", "5000");
        foreach (var server in cluster.Servers.Take(3))
            server.Cli("cluster", "setslot", "12739", "node", ids[0]);
        Assert.Equal(2, (await client.Run("{123456789}")).Number());
        Assert.Equal(2, (await client.Run("{123456789}.new")).Number());
    }
}
