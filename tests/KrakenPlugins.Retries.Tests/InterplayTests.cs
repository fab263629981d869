using System.Diagnostics.Metrics;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Retries.Tests;

public sealed class InterplayTests
{
    private const string Three = """{"attempts":3,"backoff":{"initial":"0s"},"budget":{"minimum":1000} }""";

    [Fact, Spec("RTE-420")]
    public async Task The_example_of_the_readme_loads_without_findings()
    {
        await using var gateway = await TestGateway.StartAsync(PluginFront.ReadmeExample(Front.Folder), "", new() { PluginFolders = [Front.Folder] });

        Assert.Empty(gateway.Diagnostics.All);
    }

    [Theory, Spec("RTE-428")]
    [InlineData("\"qos/circuit-breaker\":{\"interval\":60,\"timeout\":60,\"max_errors\":2}")]
    [InlineData("\"qos/circuit-breaker/http\":{\"interval\":60,\"timeout\":60,\"max_errors\":2,\"valid_status_codes\":[200]}")]
    public async Task A_circuit_breaker_sees_one_failure_however_many_attempts_it_took(string breaker)
    {
        await using var fleet = await Front.StartAsync(1, Three, extra: $",{breaker}", plugins: PluginFront.Folder("CircuitBreaker", "circuit-breaker"));
        fleet[0].Break();

        await fleet.StatusesAsync(3);
        Assert.Equal([9], fleet.Counts);
        Assert.Equal("circuit breaker is open", (await fleet.GetAsync("/e")).Body);
        Assert.Equal([9], fleet.Counts);
    }

    [Fact, Spec("RTE-428")]
    public async Task A_rate_limit_takes_one_token_however_many_attempts_it_took()
    {
        await using var fleet = await Front.StartAsync(1, Three, extra: ",\"qos/ratelimit/proxy\":{\"max_rate\":0.001,\"capacity\":2}", plugins: PluginFront.Folder("RateLimit", "rate-limit"));
        fleet[0].Break();

        await fleet.StatusesAsync(5);

        Assert.Equal([6], fleet.Counts);
    }

    [Fact, Spec("RTE-428")]
    public async Task What_edits_the_request_does_so_once()
    {
        await using var fleet = await Front.StartAsync(2, Three, plugins: PluginFront.Folder("Martian", "martian"),
            extra: """,  "modifier/martian":{"header.Append":{"scope":["request"],"name":"X-Seen","value":"once"} }""");
        fleet[0].Break();
        fleet[1].Break();

        await fleet.StatusesAsync(1);

        Assert.Equal(3, fleet.Counts.Sum());
        Assert.All(fleet[0].Received.Concat(fleet[1].Received), static received => Assert.Equal("once", received.Header("X-Seen")));
    }

    [Fact, Spec("RTE-420", "RTE-428")]
    public async Task A_host_that_a_component_chose_is_that_of_every_attempt()
    {
        await using var elsewhere = await Upstream.StartAsync();
        elsewhere.Break();
        await using var fleet = await Front.StartAsync(2, Three, plugins: PluginFront.Folder("Martian", "martian"),
            extra: $$""",  "modifier/martian":{"port.Modifier":{"scope":["request"],"port":{{new Uri(elsewhere.Host).Port}} } }""");

        Assert.Equal(500, Assert.Single(await fleet.StatusesAsync(1)));

        Assert.Equal(3, elsewhere.ReceivedAt("/b").Count);
        Assert.Equal([0, 0], fleet.Counts);
    }

    [Fact, Spec("RTE-414", "RTE-420")]
    public async Task A_balancer_hears_of_every_attempt_and_calls_never_stay_in_flight()
    {
        await using var fleet = await Front.StartAsync(2, """{"backoff":{"initial":"0s"},"budget":{"minimum":1000} }""", plugins: PluginFront.Folder("LoadBalancing", "load-balancing"),
            extra: ",\"backend/load-balancing\":{\"strategy\":\"least_requests\",\"outlier\":{\"consecutive_failures\":4,\"ejection_time\":\"30s\"} }");
        fleet[0].Break();

        Assert.All(await fleet.StatusesAsync(20), static status => Assert.Equal(200, status));
        Assert.Equal([4, 20], fleet.Counts);

        fleet[0].Answer("/b", "{}");
        fleet.Time.Advance(TimeSpan.FromSeconds(31));
        await fleet.StatusesAsync(20);
        Assert.Equal([14, 30], fleet.Counts);
    }

    [Fact, Spec("RTE-427")]
    public async Task Attack_a_backend_that_is_down_gets_a_bounded_multiple_of_its_traffic()
    {
        await using var fleet = await Front.StartAsync(1, """{"attempts":10,"backoff":{"initial":"0s"},"budget":{"ratio":0.1,"minimum":5} }""");
        fleet[0].Break();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fleet.StatusesAsync(25)));

        Assert.InRange(fleet.Counts[0], 200 + 5, 200 + 5 + 20);
        await fleet.Gateway.WaitForLogAsync("[BACKEND: GET /e -> /b][Retry] the budget is spent: failed calls are not made again");

        // The window has passed: what is left is the minimum.
        fleet.Time.Advance(TimeSpan.FromSeconds(11));
        var before = fleet.Counts[0];
        await fleet.StatusesAsync(1);
        Assert.Equal(before + 6, fleet.Counts[0]);
    }

    [Fact, Spec("RTE-431")]
    public async Task A_reload_keeps_the_budget()
    {
        const string Settings = """{"attempts":3,"backoff":{"initial":"0s"},"budget":{"ratio":0,"minimum":2} }""";
        await using var fleet = await Front.StartAsync(1, Settings);
        fleet[0].Break();
        await fleet.StatusesAsync(1);
        Assert.Equal([3], fleet.Counts);

        await fleet.ReloadAsync(Front.Document(Settings));
        await fleet.StatusesAsync(2);

        Assert.Equal([5], fleet.Counts);
    }

    [Fact, Spec("RTE-429")]
    public async Task A_client_that_leaves_is_the_end_of_the_call()
    {
        await using var fleet = await Front.StartAsync(2, Three);
        HeldCalls[] held = [fleet.Hold(0), fleet.Hold(1)];
        using var leaving = new CancellationTokenSource();
        var call = fleet.Gateway.Client.GetAsync("/e", leaving.Token);
        await Wait.UntilAsync(() => held.Sum(static h => h.Count) == 1, () => "the call did not arrive");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Array.ForEach(held, static h => h.Free());

        Assert.Equal(200, (await fleet.GetAsync("/e")).Status);
        Assert.Equal(2, fleet.Counts.Sum());
    }

    [Fact, Spec("RTE-429")]
    public async Task A_copy_that_lost_is_not_made_again()
    {
        await using var fleet = await Front.StartAsync(2, Three, ",\"concurrent_calls\":2");
        var held = fleet.Hold(0);
        // The copy that wins waits until the other one has reached its host.
        var won = 0;
        fleet[1].On("/b", async context =>
        {
            await held.ArrivedAsync(Interlocked.Increment(ref won));
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });

        Assert.All(await fleet.StatusesAsync(5), static status => Assert.Equal(200, status));

        await held.EndedAsync();
        Assert.Equal([5, 5], fleet.Counts);
    }

    [Fact, Spec("RTE-431")]
    public async Task Whoever_listens_hears_of_further_attempts()
    {
        var reasons = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listening) =>
        {
            if (instrument.Meter.Name == "KrakenPlugins.Retries")
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            lock (reasons)
                reasons.Add($"{instrument.Name} {(tags.Length > 0 ? tags[0].Value : "")}");
        });
        await using var fleet = await Front.StartAsync(1, """{"attempts":3,"backoff":{"initial":"0s"},"budget":{"ratio":0,"minimum":1} }""");
        listener.Start();
        fleet[0].Answer("/b", "{}", status: 502);

        await fleet.StatusesAsync(1);

        lock (reasons)
        {
            Assert.Contains("gateway.backend.retries status", reasons);
            Assert.Contains("gateway.backend.retries.refused ", reasons);
        }
    }
}
