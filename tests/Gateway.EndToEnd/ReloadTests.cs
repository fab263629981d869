using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>SIGHUP takes the file up anew.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-153", "CFG-018")]
    public async Task New_requests_take_the_new_file_and_those_in_flight_finish_on_the_old_one()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/new", """{"from":"new"}""").On("/old", async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("""{"from":"old"}""");
        });
        await using var gateway = await RunningGateway.RunAsync(_folder, Json(upstream.Host, "/old"));
        var inFlight = gateway.Client.GetStringAsync("/a");
        await RunningGateway.WaitUntilAsync(() => upstream.ReceivedAt("/old").Count == 1, () => "the request never arrived");

        _folder.Write("krakend.json", Json(upstream.Host, "/new"));
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");

        Assert.Equal("""{"from":"new"}""", await gateway.Client.GetStringAsync("/a"));
        release.SetResult();
        Assert.Equal("""{"from":"old"}""", await inFlight);
        gateway.Send(PosixSignal.SIGTERM);
        Assert.Equal(0, await gateway.ExitAsync());
    }

    [Fact, Spec("CFG-350", "CFG-153")]
    public async Task Strict_heeds_what_components_warn_about_at_a_reload_too()
    {
        const string Json = """{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://127.0.0.1:9999"],"url_pattern":"/","extra_config":{$}}]}]}""";
        await using var gateway = await RunningGateway.RunAsync(_folder, Json.Replace("$", "", StringComparison.Ordinal), "--strict");

        _folder.Write("krakend.json", Json.Replace("$", "\"modifier/martian\":{\"no.Modifier\":{}}", StringComparison.Ordinal));
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Not reloaded, the running configuration stays: ");

        Assert.Single(gateway.Out.Split('\n'), static line => line.Contains("ERROR: [SERVICE: Config]", StringComparison.Ordinal) && line.Contains("unknown modifier: no.Modifier", StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-309", "CFG-153")]
    public async Task A_finding_of_the_load_is_not_logged_again_when_a_component_has_it_too()
    {
        const string Json = """{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://127.0.0.1:9999"],"url_pattern":"/","extra_config":{"modifier/martian":{"query.Modifier":{"scope":["request"],"name":"a","value":"b"}}}}]}]}""";
        await using var gateway = await RunningGateway.RunAsync(_folder, Json);

        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints");
        await gateway.WaitForLogAsync("querystring.Modifier", 2);
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 1 endpoints", 2);
        await gateway.WaitForLogAsync("querystring.Modifier", 3);

        Assert.Equal(3, gateway.Out.Split('\n').Count(static line => line.Contains("WARNING", StringComparison.Ordinal) && line.Contains("querystring.Modifier", StringComparison.Ordinal)));
    }

    [Fact, Spec("CFG-153")]
    public async Task No_request_is_lost_over_many_reloads_under_load()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/x", """{"ok":true}""");
        await using var gateway = await RunningGateway.RunAsync(_folder, Json(upstream.Host, "/x"));
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(async _ =>
        {
            var answers = 0;
            for (; !stop.IsCancellationRequested; answers++)
                Assert.Equal("""{"ok":true}""", await gateway.Client.GetStringAsync("/a"));
            return answers;
        }).ToArray();

        for (var i = 1; i <= 20; i++)
        {
            gateway.Send(PosixSignal.SIGHUP);
            await gateway.WaitForLogAsync("Reloaded: 1 endpoints", i);
        }
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(callers), static answers => Assert.True(answers > 0));
    }

    [Theory, Spec("CFG-153")]
    [InlineData("{", ":1:2")]
    [InlineData("""{"version":2}""", "unsupported version: 2")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[]}]}""", "0 backends")]
    public async Task A_broken_file_leaves_the_running_configuration_in_place(string broken, string reason)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/x", """{"ok":true}""");
        await using var gateway = await RunningGateway.RunAsync(_folder, Json(upstream.Host, "/x"));

        _folder.Write("krakend.json", broken);
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("the running configuration stays");

        Assert.Matches($"KRAKEND ERROR: .*{reason}", gateway.Out);
        Assert.Equal("""{"ok":true}""", await gateway.Client.GetStringAsync("/a"));
        _folder.Write("krakend.json", """{"version":3}""");
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 0 endpoints");
        using var gone = await gateway.Client.GetAsync("/a");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact, Spec("CFG-345", "CFG-018")]
    public async Task The_port_moves_and_what_is_in_flight_on_the_old_one_finishes()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/x", async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("""{"ok":true}""");
        });
        var json = Json(upstream.Host, "/x").Replace("\"version\":3", "\"version\":3,\"port\":$PORT", StringComparison.Ordinal);
        await using var gateway = await RunningGateway.RunOnPortOfFileAsync(_folder, json);
        var inFlight = gateway.Client.GetStringAsync("/a");
        await RunningGateway.WaitUntilAsync(() => upstream.ReceivedAt("/x").Count == 1, () => "the request never arrived");

        var port = RunningGateway.FreePort().ToString(CultureInfo.InvariantCulture);
        _folder.Write("krakend.json", json.Replace("$PORT", port, StringComparison.Ordinal));
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync($"Listening on port: {port}");
        using var next = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var health = await next.GetAsync($"http://127.0.0.1:{port}/__health");
        release.SetResult();

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal("""{"ok":true}""", await inFlight);
        await Assert.ThrowsAsync<HttpRequestException>(() => next.GetAsync($"http://127.0.0.1:{gateway.Port}/__health"));
    }

    [Fact, Spec("CFG-346")]
    public async Task A_port_that_is_taken_refuses_the_reload()
    {
        await using var other = await Upstream.StartAsync();
        const string Json = """{"version":3,"port":$PORT}""";
        await using var gateway = await RunningGateway.RunOnPortOfFileAsync(_folder, Json);

        _folder.Write("krakend.json", Json.Replace("$PORT", other.Host.Split(':')[^1], StringComparison.Ordinal));
        gateway.Send(PosixSignal.SIGHUP);

        await gateway.WaitForLogAsync("the running configuration stays: cannot listen on port");
        Assert.Contains("address already in use", gateway.Out, StringComparison.Ordinal);
        using var response = await gateway.Client.GetAsync("/__health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact, Spec("CFG-345")]
    public async Task Timers_and_limits_of_the_listener_take_effect()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, """{"version":3}""");
        using var before = await gateway.Client.GetAsync("/__health");

        _folder.Write("krakend.json", """{"version":3,"port":1,"listen_ip":"127.0.0.1","idle_timeout":"1s","read_timeout":"1s","write_timeout":"1s","max_header_bytes":8192}""");
        gateway.Send(PosixSignal.SIGHUP);
        await gateway.WaitForLogAsync("Reloaded: 0 endpoints");

        // The port came from the command line, and still does.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/__health") { Headers = { { "X-Big", new string('x', 30_000) } } };
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    private static string Json(string upstream, string path) =>
        $$"""{"version":3,"timeout":"60s","endpoints":[{"endpoint":"/a","backend":[{"host":["{{upstream}}"],"url_pattern":"{{path}}"}]}]}""";
}
