using System.Diagnostics;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Retries.Tests;

public sealed class AttemptTests
{
    private const string Three = """{"attempts":3,"backoff":{"initial":"0s"},"budget":{"minimum":1000} }""";
    private const string NoOpEndpoint = ",\"output_encoding\":\"no-op\"";
    private const string NoOpBackend = ",\"encoding\":\"no-op\"";

    [Fact, Spec("RTE-420")]
    public async Task A_host_that_nobody_listens_at_costs_no_call()
    {
        await using var fleet = await Front.StartAsync(2);
        await fleet.KillAsync(0);

        Assert.All(await fleet.StatusesAsync(20), static status => Assert.Equal(200, status));
        Assert.Equal(20, fleet.Counts[1]);
    }

    [Theory, Spec("RTE-420")]
    [InlineData("{}")]
    [InlineData("""{"strategy":"random"}""")]
    [InlineData("""{"strategy":"least_requests"}""")]
    [InlineData("""{"strategy":"power_of_two"}""")]
    [InlineData("""{"strategy":"consistent_hash","hash":{"by":"client_ip"} }""")]
    public async Task Each_attempt_goes_to_another_host_as_the_balancer_chooses(string balancing)
    {
        await using var fleet = await Front.StartAsync(3, Three, extra: $",\"backend/load-balancing\":{balancing}", plugins: PluginFront.Folder("LoadBalancing", "load-balancing"));
        fleet[0].Break();
        fleet[2].Break();

        Assert.All(await fleet.StatusesAsync(15), static status => Assert.Equal(200, status));
        Assert.Equal(15, fleet.Counts[1]);
        Assert.InRange(fleet.Counts[0] + fleet.Counts[2], 0, 30);
    }

    [Fact, Spec("RTE-420")]
    public async Task Without_another_host_the_same_one_is_tried()
    {
        await using var fleet = await Front.StartAsync(1, Three);
        var calls = 0;
        fleet[0].On("/b", async context =>
        {
            if (Interlocked.Increment(ref calls) < 3)
                context.Abort();
            else
                await context.Response.WriteAsync("{}");
        });

        Assert.Equal(200, (await fleet.GetAsync("/e")).Status);
        Assert.Equal([3], fleet.Counts);
    }

    [Fact, Spec("RTE-420", "RTE-400")]
    public async Task Hosts_that_are_discovered_are_tried_in_turn()
    {
        await using var a = await Upstream.StartAsync();
        await using var b = (await Upstream.StartAsync()).Answer("/b", "{}");
        a.Break();
        var plugins = new PluginRegistry();
        var hosts = new Hosts([Host(a), Host(b)]);
        plugins.Discovery("list", (_, _, _) => hosts);
        await using var gateway = await TestGateway.StartAsync(Front.Document(Three, backend: ",\"sd\":\"list\"").Replace("$HOSTS", "", StringComparison.Ordinal), "", new() { Plugins = plugins, PluginFolders = [Front.Folder] });

        for (var i = 0; i < 10; i++)
            Assert.Equal(200, (int)(await gateway.Client.GetAsync("/e")).StatusCode);
        Assert.Equal((5, 10), (a.Received.Count, b.Received.Count));
    }

    [Theory, Spec("RTE-421")]
    [InlineData("POST", "", 1)]
    [InlineData("PATCH", "", 1)]
    [InlineData("PUT", "", 2)]
    [InlineData("DELETE", "", 2)]
    [InlineData("POST", ",\"methods\":[\"POST\"]", 2)]
    [InlineData("GET", ",\"methods\":[\"POST\"]", 1)]
    public async Task Only_methods_that_are_listed_are_tried_again_and_by_default_the_idempotent_ones(string method, string more, int attempts)
    {
        await using var fleet = await Front.StartAsync(2, $$"""{"backoff":{"initial":"0s"} {{more}} }""", method: method);
        fleet[0].Break();
        fleet[1].Break();

        Assert.Equal(500, (await fleet.SendAsync(new HttpMethod(method), "/e", null)).Status);
        Assert.Equal(attempts, fleet.Counts.Sum());
    }

    [Theory, Spec("RTE-422")]
    [InlineData(1000, false, 2)]
    [InlineData(1001, false, 1)]
    [InlineData(1000, true, 1)]
    public async Task A_body_is_sent_again_whole_or_the_call_is_made_once(int length, bool isChunked, int attempts)
    {
        await using var fleet = await Front.StartAsync(2, """{"backoff":{"initial":"0s"},"max_body":1000}""", method: "PUT");
        fleet[0].Break();
        fleet[1].Break();
        using var body = new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', length)));
        if (isChunked)
            body.Headers.ContentLength = null;
        using var request = new HttpRequestMessage(HttpMethod.Put, "/e") { Content = body };
        request.Headers.TransferEncodingChunked = isChunked;

        using var response = await fleet.Gateway.Client.SendAsync(request);

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(attempts, fleet.Counts.Sum());
        Assert.All(fleet[0].Received.Concat(fleet[1].Received), received => Assert.Equal(new string('x', length), received.Body));
    }

    [Theory, Spec("RTE-423")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_breaks_off_is_never_asked_for_again(bool isNoOp)
    {
        await using var upstream = new RawUpstream(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a\":");
        });
        var document = Front.Document(Three, isNoOp ? NoOpEndpoint : "", isNoOp ? NoOpBackend : "").Replace("$HOSTS", $"\"http://127.0.0.1:{upstream.Port}\"", StringComparison.Ordinal);
        await using var gateway = await TestGateway.StartAsync(document, "", new() { PluginFolders = [Front.Folder] });

        if (isNoOp)
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/e"));
        else
            Assert.Equal(500, (int)(await gateway.Client.GetAsync("/e")).StatusCode);
        Assert.Single(upstream.Requests);
    }

    [Fact, Spec("RTE-424")]
    public async Task A_host_that_takes_too_long_for_an_attempt_is_left_for_another()
    {
        await using var fleet = await Front.StartAsync(2, """{"per_try_timeout":"150ms","backoff":{"initial":"0s"},"budget":{"minimum":100} }""");
        var held = fleet.Hold(0);

        Assert.All(await fleet.StatusesAsync(4), static status => Assert.Equal(200, status));
        Assert.Equal(2, held.Count);
        Assert.Equal(4, fleet.Counts[1]);
    }

    [Theory, Spec("RTE-424")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_time_of_an_attempt_ends_with_the_head_of_its_answer(bool isNoOp)
    {
        await using var fleet = await Front.StartAsync(1, """{"per_try_timeout":"200ms","retry_on_status":[],"budget":{"minimum":100} }""", isNoOp ? NoOpEndpoint : "", isNoOp ? NoOpBackend : "");
        fleet[0].On("/b", static async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\"a\":");
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(400), context.RequestAborted);
            await context.Response.WriteAsync("1}");
        });

        Assert.Equal((200, "{\"a\":1}"), (await fleet.GetAsync("/e")) is var reply ? (reply.Status, reply.Body) : default);
        Assert.Equal([1], fleet.Counts);
    }

    [Fact, Spec("RTE-425")]
    public async Task All_attempts_and_pauses_are_within_the_endpoints_time()
    {
        await using var fleet = await Front.StartAsync(1, """{"attempts":10,"per_try_timeout":"100ms","backoff":{"initial":"20ms"},"budget":{"minimum":100} }""", ",\"timeout\":\"450ms\"");
        fleet.Hold(0);
        var watch = Stopwatch.StartNew();

        var reply = await fleet.GetAsync("/e");

        Assert.Equal((500, "context deadline exceeded"), (reply.Status, reply.Body));
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(5));
        Assert.InRange(fleet.Counts[0], 2, 5);
    }

    [Fact, Spec("RTE-425")]
    public void Pauses_grow_up_to_their_limit()
    {
        var backoff = new BackoffSettings { Initial = TimeSpan.FromMilliseconds(10), Max = TimeSpan.FromMilliseconds(35) };

        Assert.Equal([10, 20, 35, 35], new[] { 1, 2, 3, 60 }.Select(failed => backoff.Delay(failed, 1).TotalMilliseconds));
        Assert.Equal(TimeSpan.Zero, backoff.Delay(3, 0));
    }

    [Theory, Spec("RTE-426")]
    [InlineData(503, 3)]
    [InlineData(500, 1)]
    [InlineData(404, 1)]
    public async Task The_last_answer_is_handed_on_as_it_is(int status, int attempts)
    {
        await using var fleet = await Front.StartAsync(1, Three, NoOpEndpoint, NoOpBackend);
        var calls = 0;
        fleet[0].On("/b", async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["X-Call"] = "yes";
            await context.Response.WriteAsync($"answer {Interlocked.Increment(ref calls)}");
        });

        var reply = await fleet.GetAsync("/e");

        Assert.Equal((status, $"answer {attempts}", "yes"), (reply.Status, reply.Body, reply.Header("X-Call")));
        Assert.Equal([attempts], fleet.Counts);
    }

    [Theory, Spec("RTE-420")]
    [InlineData("\"reset\",\"timeout\"", 1)]
    [InlineData("\"connect_failure\"", 2)]
    public async Task Only_failures_that_are_listed_are_reasons(string reasons, int expected)
    {
        await using var fleet = await Front.StartAsync(2, $$"""{"retry_on":[{{reasons}}],"backoff":{"initial":"0s"},"budget":{"minimum":100} }""");
        await fleet.KillAsync(0);

        var statuses = await fleet.StatusesAsync(2);

        Assert.Equal(expected, statuses.Count(static s => s == 200));
    }

    [Theory, Spec("RTE-430")]
    [InlineData("""{"attempts":1}""", "from 2 to 10")]
    [InlineData("""{"attempts":11}""", "from 2 to 10")]
    [InlineData("""{"retry_on":["resets"]}""", "did you mean \"reset\"?")]
    [InlineData("""{"retry_on_status":[200]}""", "from 400 to 599")]
    [InlineData("""{"methods":["CONNECT"]}""", "GET, HEAD")]
    [InlineData("""{"methods":[]}""", "one or more methods")]
    [InlineData("""{"max_body":-1}""", "0 to 1048576")]
    [InlineData("""{"budget":{"ratio":-1} }""", "from 0 to 10")]
    [InlineData("""{"budget":{"window":"1ms"} }""", "from 0.1s to 1h")]
    [InlineData("""{"backoff":{"max":"2h"} }""", "from 0s to 1h")]
    public async Task What_makes_no_sense_is_an_error_with_its_place(string settings, string message)
    {
        await using var fleet = await Front.StartAsync(1, settings);

        Assert.Equal(500, (await fleet.GetAsync("/e")).Status);
        Assert.Contains(fleet.Gateway.Diagnostics.All, f => f.Severity == ConfigSeverity.Error && f.Position.Line == 3 && f.Message.Contains(message, StringComparison.Ordinal));
    }

    private static BackendHost Host(Upstream upstream) => new("http", new Uri(upstream.Host).Host, new Uri(upstream.Host).Port);

    private sealed class Hosts(IReadOnlyList<BackendHost> list) : IHostDiscovery
    {
        IReadOnlyList<BackendHost> IHostDiscovery.Hosts => list;
    }
}
