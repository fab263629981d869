using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

public sealed class LoadBalancingTests : IAsyncLifetime
{
    private readonly List<Upstream> _upstreams = [];

    public async Task InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
            _upstreams.Add((await Upstream.StartAsync()).Answer("/b", $$"""{"from":{{i}}}"""));
    }

    public async Task DisposeAsync()
    {
        foreach (var upstream in _upstreams)
            await upstream.DisposeAsync();
    }

    [Fact, Spec("RTE-369", "RTE-370")]
    public async Task Every_host_receives_an_equal_share()
    {
        await using var gateway = await StartAsync(Hosts(0, 1, 2));

        await CallAsync(gateway, 300);

        Assert.Equal([100, 100, 100], Shares());
    }

    [Fact, Spec("RTE-370")]
    public async Task Shares_stay_equal_under_concurrent_load()
    {
        await using var gateway = await StartAsync(Hosts(0, 1, 2));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CallAsync(gateway, 50)));

        Assert.Equal([100, 100, 100], Shares());
    }

    [Fact, Spec("RTE-370")]
    public async Task The_first_host_differs_between_starts()
    {
        for (var i = 0; i < 40 && _upstreams.Count(static u => u.Received.Count > 0) < 2; i++)
        {
            await using var gateway = await StartAsync(Hosts(0, 1, 2));
            await CallAsync(gateway, 1);
        }

        Assert.True(_upstreams.Count(static u => u.Received.Count > 0) >= 2);
    }

    [Fact, Spec("RTE-371")]
    public async Task A_repeated_host_has_more_shares()
    {
        await using var gateway = await StartAsync(Hosts(0, 1, 1, 1));

        await CallAsync(gateway, 100);

        Assert.Equal([25, 75, 0], Shares());
    }

    [Fact, Spec("RTE-372")]
    public async Task Each_concurrent_copy_picks_anew()
    {
        await using var gateway = await TestGateway.StartAsync($$"""
            {"version":3,"endpoints":[{"endpoint":"/a","concurrent_calls":3,"backend":[{"url_pattern":"/b","host":[{{Hosts(0, 1, 2)}}]}]}]}
            """);
        var arrived = 0;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var upstream in _upstreams)
        {
            upstream.On("/b", async context =>
            {
                if (Interlocked.Increment(ref arrived) == 3)
                    gate.SetResult();
                await gate.Task.WaitAsync(context.RequestAborted);
                await context.Response.Body.WriteAsync("{\"a\":1}"u8.ToArray());
            });
        }

        await CallAsync(gateway, 1);

        Assert.Equal([1, 1, 1], Shares());
    }

    [Fact, Spec("RTE-372")]
    public async Task A_followed_redirect_does_not_pick()
    {
        foreach (var upstream in _upstreams)
        {
            upstream.On("/b", static context =>
            {
                context.Response.Redirect("/c");
                return Task.CompletedTask;
            }).Answer("/c", "{\"c\":1}");
        }
        await using var gateway = await StartAsync(Hosts(0, 1, 2));

        await CallAsync(gateway, 30);

        Assert.All(_upstreams, static u => Assert.Equal((10, 10), (u.ReceivedAt("/b").Count, u.ReceivedAt("/c").Count)));
    }

    [Fact, Spec("RTE-372")]
    public async Task Endpoints_with_the_same_list_have_counters_of_their_own()
    {
        await using var gateway = await TestGateway.StartAsync($$"""
            {"version":3,"endpoints":[
              {"endpoint":"/a","backend":[{"url_pattern":"/b","host":[{{Hosts(0, 1)}}]}]},
              {"endpoint":"/other","backend":[{"url_pattern":"/b","host":[{{Hosts(0, 1)}}]}]}]}
            """);

        for (var i = 0; i < 10; i++)
        {
            await gateway.Client.GetStringAsync("/a");
            await gateway.Client.GetStringAsync("/other");
        }

        Assert.Equal([10, 10, 0], Shares());
    }

    [Fact, Spec("RTE-373")]
    public async Task A_dead_host_keeps_its_share_of_failures()
    {
        var dead = await Upstream.StartAsync();
        var address = dead.Host;
        await dead.DisposeAsync();
        await using var gateway = await StartAsync($"{Hosts(0)},\"{address}\"");

        var failures = 0;
        for (var i = 0; i < 40; i++)
        {
            using var response = await gateway.Client.GetAsync("/a");
            failures += (int)response.StatusCode == 500 ? 1 : 0;
        }

        Assert.Equal(20, failures);
        Assert.Equal([20, 0, 0], Shares());
    }

    [Fact, Spec("RTE-375", "RTE-376")]
    public async Task The_pool_may_mix_names_and_ports_and_Host_follows_the_pick()
    {
        var second = new Uri(_upstreams[1].Host).Port;
        await using var gateway = await StartAsync($"{Hosts(0)},\"localhost:{second}\"");

        await CallAsync(gateway, 10);

        Assert.Equal([5, 5, 0], Shares());
        Assert.All(_upstreams[0].Received, r => Assert.Equal(new Uri(_upstreams[0].Host).Authority, r.Header("Host")));
        Assert.All(_upstreams[1].Received, r => Assert.Equal($"localhost:{second}", r.Header("Host")));
    }

    private string Hosts(params int[] indexes) => string.Join(',', indexes.Select(i => $"\"{_upstreams[i].Host}\""));

    private IEnumerable<int> Shares() => _upstreams.Select(static u => u.Received.Count);

    private static Task<TestGateway> StartAsync(string hosts) =>
        TestGateway.StartAsync($$"""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/b","host":[{{hosts}}]}]}]}""");

    private static async Task CallAsync(TestGateway gateway, int count)
    {
        for (var i = 0; i < count; i++)
            await gateway.Client.GetStringAsync("/a");
    }
}
