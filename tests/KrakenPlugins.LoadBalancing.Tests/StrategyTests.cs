using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.LoadBalancing.Tests;

public sealed class StrategyTests
{
    [Fact, Spec("RTE-400")]
    public async Task The_example_of_the_readme_loads_without_findings()
    {
        await using var gateway = await TestGateway.StartAsync(PluginFront.ReadmeExample(Front.Folder), "", new() { PluginFolders = [Front.Folder] });

        Assert.Empty(gateway.Diagnostics.All);
    }

    [Fact, Spec("RTE-400", "RTE-401")]
    public async Task Round_robin_gives_a_host_that_is_named_three_times_three_shares()
    {
        await using var fleet = await Front.StartAsync(2, "{}", hosts: "\"$0\",\"$1\",\"$1\",\"$1\"");

        Assert.All(await fleet.StatusesAsync(40), static status => Assert.Equal(200, status));

        Assert.Equal([10, 30], fleet.Counts);
        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
    }

    [Fact, Spec("RTE-402")]
    public async Task Random_uses_all_hosts()
    {
        await using var fleet = await Front.StartAsync(3, """{"strategy":"random"}""");

        await fleet.StatusesAsync(150);

        Assert.All(fleet.Counts, static count => Assert.InRange(count, 20, 90));
    }

    [Theory, Spec("RTE-403", "RTE-404", "RTE-405")]
    [InlineData("least_requests")]
    [InlineData("power_of_two")]
    public async Task A_host_that_does_not_answer_gets_no_further_calls_while_another_is_free(string strategy)
    {
        await using var fleet = await Front.StartAsync(2, $$"""{"strategy":"{{strategy}}"}""");
        var held = fleet.Hold(0);
        var slow = await HoldOneAsync(fleet, held);

        await fleet.StatusesAsync(20);
        Assert.Equal(1, fleet.Counts[0]);

        held.Free();
        await slow;
        await fleet.CallUntilAsync(() => fleet.Counts[0] > 1);
    }

    [Fact, Spec("RTE-405")]
    public async Task A_stream_counts_until_it_ends()
    {
        await using var fleet = await Front.StartAsync(2, """{"strategy":"least_requests"}""", endpoint: ",\"output_encoding\":\"no-op\"", backend: ",\"encoding\":\"no-op\"");
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = 0;
        fleet[0].On("/b", async context =>
        {
            Interlocked.Increment(ref began);
            await context.Response.Body.WriteAsync("first"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await end.Task.WaitAsync(context.RequestAborted);
        });
        HttpResponseMessage stream;
        do
            stream = await fleet.Gateway.Client.GetAsync("/e", HttpCompletionOption.ResponseHeadersRead);
        while (Volatile.Read(ref began) == 0);

        await fleet.StatusesAsync(10);
        Assert.Equal(1, fleet.Counts[0]);

        end.SetResult();
        Assert.Equal("first", await stream.Content.ReadAsStringAsync());
        stream.Dispose();
        await fleet.CallUntilAsync(() => fleet.Counts[0] > 1);
    }

    [Fact, Spec("RTE-405")]
    public async Task Calls_that_are_cancelled_are_no_longer_in_flight()
    {
        await using var fleet = await Front.StartAsync(2, """{"strategy":"least_requests"}""");
        var held = fleet.Hold(0);
        using (var leaving = new CancellationTokenSource())
        {
            Task call;
            do
            {
                call = fleet.Gateway.Client.GetAsync("/e", leaving.Token);
                await Task.WhenAny(call, held.ArrivedAsync(1));
            }
            while (held.Count == 0);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        fleet[0].Answer("/b", "{}");

        await fleet.CallUntilAsync(() => fleet.Counts[0] > 1);
    }

    [Theory, Spec("RTE-403")]
    [InlineData("least_requests")]
    [InlineData("power_of_two")]
    public async Task Two_busy_hosts_share_calls_by_their_weights(string strategy)
    {
        await using var fleet = await Front.StartAsync(2, $$"""{"strategy":"{{strategy}}"}""", hosts: "\"$0\",\"$1\",\"$1\",\"$1\"");
        HeldCalls one = fleet.Hold(0), other = fleet.Hold(1);

        var calls = Enumerable.Range(0, 24).Select(_ => fleet.GetAsync("/e")).ToArray();
        await Wait.UntilAsync(() => one.Count + other.Count == 24, () => $"{one.Count} and {other.Count} calls arrived");
        one.Free();
        other.Free();
        await Task.WhenAll(calls);

        Assert.InRange(one.Count, 4, 8);
    }

    [Fact, Spec("RTE-400", "RTE-365")]
    public async Task Hosts_that_are_discovered_may_change_while_the_gateway_runs()
    {
        await using var a = (await Upstream.StartAsync()).Answer("/b", "{}");
        await using var b = (await Upstream.StartAsync()).Answer("/b", "{}");
        var hosts = new Hosts();
        var plugins = new PluginRegistry();
        plugins.Discovery("list", (_, _, _) => hosts);
        foreach (var strategy in (string[])["\"round_robin\"", "\"least_requests\"", "\"power_of_two\"", "\"consistent_hash\",\"hash\":{\"by\":\"client_ip\"}"])
        {
            hosts.List = [];
            await using var gateway = await TestGateway.StartAsync(
                Front.Document($$"""{"strategy":{{strategy}}}""", hosts: "", backend: ",\"sd\":\"list\""), "", new() { Plugins = plugins, PluginFolders = [Front.Folder] });
            Assert.Equal(500, (int)(await gateway.Client.GetAsync("/e")).StatusCode);

            foreach (var (list, upstream) in new[] { (new[] { a }, a), ([b], b), ([a], a) })
            {
                hosts.List = [.. list.Select(static u => Host(u.Host))];
                var before = upstream.Received.Count;
                for (var i = 0; i < 3; i++)
                    Assert.Equal(200, (int)(await gateway.Client.GetAsync("/e")).StatusCode);
                Assert.Equal(before + 3, upstream.Received.Count);
            }
        }
    }

    [Theory, Spec("RTE-409")]
    [InlineData("""{"strategy":"least_request"}""", "did you mean \"least_requests\"?")]
    [InlineData("""{"strategy":"consistent_hash"}""", "needs to know the key")]
    [InlineData("""{"strategy":"consistent_hash","hash":{"by":"header"} }""", "expected the name of the header")]
    [InlineData("""{"strategy":"consistent_hash","hash":{"by":"ip"} }""", "client_ip")]
    [InlineData("""{"strategy":"consistent_hash","hash":{"by":"client_ip","max_load":0.5} }""", "from 1 to 100")]
    [InlineData("""{"panic_threshold":101}""", "from 0 to 100")]
    [InlineData("""{"outlier":{"success_rate":90} }""", "a share from 0 to 1")]
    [InlineData("""{"outlier":{"max_ejection_percent":0} }""", "from 1 to 100")]
    [InlineData("""{"outlier":{"ejection_time":"1m","max_ejection_time":"30s"} }""", "from 60s to 24h")]
    [InlineData("""{"outlier":{"failure_status":[99]} }""", "from 100 to 599")]
    [InlineData("""{"health_check":{"interval":"1s"} }""", "\"path\" is required")]
    [InlineData("""{"health_check":{"path":"health"} }""", "is no path")]
    [InlineData("""{"health_check":{"path":"/a b"} }""", "is no path")]
    [InlineData("""{"health_check":{"path":"/h","interval":"1ms"} }""", "from 0.1s to 24h")]
    public async Task What_makes_no_sense_is_an_error_with_its_place(string settings, string message)
    {
        await using var fleet = await Front.StartAsync(1, settings);

        Assert.Equal(500, (await fleet.GetAsync("/e")).Status);
        Assert.Contains(fleet.Gateway.Diagnostics.All, f => f.Severity == ConfigSeverity.Error && f.Position.Line == 2 && f.Message.Contains(message, StringComparison.Ordinal));
        Assert.Empty(fleet[0].Received);
    }

    [Theory, Spec("RTE-409")]
    [InlineData("""{"strategy":"consistent_hash","hash":{"by":"header","name":"X-User"} }""", "", "\"X-User\" of clients does not get this far")]
    [InlineData("""{"strategy":"consistent_hash","hash":{"by":"query","name":"u"} }""", ",\"input_query_strings\":[\"v\"]", "\"u\" of clients does not get this far")]
    [InlineData("""{"hash":{"by":"client_ip"} }""", "", "has no effect with the strategy \"round_robin\"")]
    [InlineData("""{"outlier":{"consecutive_failures":0} }""", "", "no host is ever left out")]
    [InlineData("""{"strategie":"random"}""", "", "did you mean \"strategy\"?")]
    public async Task What_has_no_effect_is_a_warning(string settings, string endpoint, string message)
    {
        await using var fleet = await Front.StartAsync(1, settings, endpoint: endpoint);

        Assert.Equal(200, (await fleet.GetAsync("/e")).Status);
        Assert.Contains(fleet.Gateway.Diagnostics.All, f => f.Severity == ConfigSeverity.Warning && f.Message.Contains(message, StringComparison.Ordinal));
    }

    private static async Task<Task> HoldOneAsync(Fleet fleet, HeldCalls held)
    {
        while (true)
        {
            var call = fleet.GetAsync("/e");
            await Task.WhenAny(call, held.ArrivedAsync(1));
            if (held.Count > 0)
                return call;
        }
    }

    private static BackendHost Host(string url) => new("http", new Uri(url).Host, new Uri(url).Port);

    private sealed class Hosts : IHostDiscovery
    {
        public IReadOnlyList<BackendHost> List { get; set; } = [];

        IReadOnlyList<BackendHost> IHostDiscovery.Hosts => List;
    }
}
