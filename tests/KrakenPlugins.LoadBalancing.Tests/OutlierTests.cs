using System.Diagnostics.Metrics;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.LoadBalancing.Tests;

public sealed class OutlierTests
{
    private const string Quick = """{"outlier":{"consecutive_failures":3,"ejection_time":"30s"} }""";

    [Fact, Spec("RTE-410", "RTE-413", "RTE-418")]
    public async Task A_host_that_nobody_listens_at_is_left_out_and_tried_again_later()
    {
        await using var fleet = await Front.StartAsync(2, Quick);
        await fleet.KillAsync(0);

        var first = await fleet.StatusesAsync(6);
        Assert.Equal(3, first.Count(static s => s == 500));
        await fleet.Gateway.WaitForLogAsync($"[BACKEND: GET /e -> /b][Load balancing] {fleet[0].Host} is out for 30 s: 3 failures in a row");
        Assert.All(await fleet.StatusesAsync(20), static status => Assert.Equal(200, status));
        Assert.Equal("1 ejected, 0 unhealthy of 2 hosts", await fleet.HealthAsync(Front.Namespace));

        fleet.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
        var again = await fleet.StatusesAsync(10);
        Assert.Equal(3, again.Count(static s => s == 500));
        await fleet.Gateway.WaitForLogAsync("is in use again");
        await fleet.Gateway.WaitForLogAsync("is out for 60 s: 3 failures in a row");
    }

    [Theory, Spec("RTE-410")]
    [InlineData("", 500, true)]
    [InlineData("", 404, false)]
    [InlineData(",\"failure_status\":[404]", 404, true)]
    [InlineData(",\"failure_status\":[404]", 500, false)]
    public async Task Statuses_that_are_failures_leave_a_host_out(string settings, int status, bool isOut)
    {
        await using var fleet = await Front.StartAsync(2, $$"""{"outlier":{"consecutive_failures":3 {{settings}} } }""");
        fleet[0].Fail(status);

        await fleet.StatusesAsync(20);

        Assert.Equal(isOut ? 3 : 10, fleet.Counts[0]);
        Assert.Equal(isOut ? "1 ejected, 0 unhealthy of 2 hosts" : "ok", await fleet.HealthAsync(Front.Namespace));
    }

    [Fact, Spec("RTE-410")]
    public async Task Hosts_that_break_the_connection_or_take_too_long_fail()
    {
        await using var fleet = await Front.StartAsync(3, """{"outlier":{"consecutive_failures":2,"max_ejection_percent":100} }""", endpoint: ",\"timeout\":\"300ms\"");
        fleet[0].On("/b", static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        fleet[1].On("/b", static context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        await fleet.StatusesAsync(8);

        Assert.Equal("2 ejected, 0 unhealthy of 3 hosts", await fleet.HealthAsync(Front.Namespace));
        Assert.All(await fleet.StatusesAsync(6), static status => Assert.Equal(200, status));
    }

    [Fact, Spec("RTE-410", "RTE-411")]
    public async Task A_flapping_host_is_left_out_by_its_share_of_successes_alone()
    {
        await using var fleet = await Front.StartAsync(2, """{"outlier":{"consecutive_failures":3,"success_rate":0.9,"min_calls":10,"window":"1m"} }""");
        fleet[0].Fail(everySecond: true);

        await fleet.StatusesAsync(40);

        await fleet.Gateway.WaitForLogAsync("is out for 30 s: 5 of 10 calls failed");
        Assert.Equal(10, fleet.Counts[0]);
    }

    [Fact, Spec("RTE-412", "RTE-415")]
    public async Task The_last_host_is_never_left_out()
    {
        await using var fleet = await Front.StartAsync(2, """{"outlier":{"consecutive_failures":1,"max_ejection_percent":100} }""");
        fleet[0].Fail();
        fleet[1].Fail();

        Assert.All(await fleet.StatusesAsync(30), static status => Assert.Equal(500, status));

        Assert.Equal("1 ejected, 0 unhealthy of 2 hosts", await fleet.HealthAsync(Front.Namespace));
        Assert.Equal(30, fleet.Counts.Sum());
    }

    [Fact, Spec("RTE-412")]
    public async Task A_single_host_is_used_whatever_it_does()
    {
        await using var fleet = await Front.StartAsync(1, """{"outlier":{"consecutive_failures":1} }""");
        fleet[0].Fail();

        await fleet.StatusesAsync(10);

        Assert.Equal([10], fleet.Counts);
        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
    }

    [Fact, Spec("RTE-414")]
    public async Task A_client_that_leaves_says_nothing_about_the_host()
    {
        await using var fleet = await Front.StartAsync(2, """{"outlier":{"consecutive_failures":1} }""");
        HeldCalls[] held = [fleet.Hold(0), fleet.Hold(1)];
        for (var i = 1; i <= 4; i++)
        {
            using var leaving = new CancellationTokenSource();
            var call = fleet.Gateway.Client.GetAsync("/e", leaving.Token);
            await Wait.UntilAsync(() => held.Sum(static h => h.Count) == i, () => "the call did not arrive");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        Array.ForEach(held, static h => h.Free());
        await fleet.StatusesAsync(4);

        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
    }

    [Theory, Spec("RTE-414", "TRF-112")]
    [InlineData("")]
    [InlineData(",\"backend/http/client\":{\"send_body_on_redirect\":true}")]
    public async Task Attack_clients_that_do_not_send_their_bodies_put_no_host_out_and_open_no_breaker(string client)
    {
        await using var fleet = await Fleet.StartAsync(2, $$"""
            {"version":3,"timeout":"300ms","extra_config":{"router":{"return_error_msg":true} },"endpoints":[
              {"endpoint":"/e","method":"POST","backend":[{"url_pattern":"/b","method":"POST","host":[$HOSTS],"extra_config":{
                "backend/load-balancing":{"outlier":{"consecutive_failures":1,"failure_status":[599]} },
                "qos/circuit-breaker/http":{"interval":60,"timeout":60,"max_errors":1,"valid_status_codes":[200]} {{client}} } }]}]}
            """, null, Front.Folder, PluginFront.Folder("CircuitBreaker", "circuit-breaker"));
        for (var i = 0; i < 2; i++)
            fleet[i].On("/b", static async context => await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));

        for (var i = 0; i < 4; i++)
        {
            using var slow = await fleet.Gateway.ConnectAsync();
            await slow.WriteAsync("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nfirst");
            Assert.StartsWith("HTTP/1.1 500", await slow.ReadResponseAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
        Assert.Equal("ok", await fleet.HealthAsync("qos/circuit-breaker/http"));
    }

    [Fact, Spec("RTE-414")]
    public async Task A_copy_that_lost_says_nothing_about_the_host()
    {
        await using var fleet = await Front.StartAsync(2, """{"outlier":{"consecutive_failures":1} }""", endpoint: ",\"concurrent_calls\":2");
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

        Assert.Equal(5, held.Count);
        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
    }

    [Fact, Spec("RTE-419")]
    public async Task A_reload_keeps_what_is_known_of_the_hosts()
    {
        await using var fleet = await Front.StartAsync(2, Quick);
        fleet[0].Fail();
        await fleet.StatusesAsync(6);

        await fleet.ReloadAsync(Front.Document(Quick, path: "/e"));
        await fleet.StatusesAsync(10);
        Assert.Equal(3, fleet.Counts[0]);
        Assert.Equal("1 ejected, 0 unhealthy of 2 hosts", await fleet.HealthAsync(Front.Namespace));

        await fleet.ReloadAsync(Front.Document("""{"outlier":{"consecutive_failures":4} }"""));
        Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
    }

    [Fact, Spec("RTE-418")]
    public async Task Whoever_listens_hears_of_hosts_that_are_left_out()
    {
        var changes = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listening) =>
        {
            if (instrument.Meter.Name == "KrakenPlugins.LoadBalancing")
                listening.EnableMeasurementEvents(instrument);
        };
        await using var fleet = await Front.StartAsync(2, Quick);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(static t => t.Key, static t => t.Value?.ToString());
            if (instrument.Name == "gateway.backend.host.changes" && all["host"] == fleet[0].Host)
            {
                lock (changes)
                    changes.Add($"{all["change"]} {value}");
            }
        });
        listener.Start();
        fleet[0].Fail();

        await fleet.StatusesAsync(8);
        fleet.Time.Advance(TimeSpan.FromSeconds(31));
        await fleet.StatusesAsync(1);

        lock (changes)
            Assert.Equal(["ejected 1", "returned 1"], changes);
    }
}
