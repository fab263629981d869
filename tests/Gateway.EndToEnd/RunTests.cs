using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command run" and the start of the process.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-001", "CFG-211", "CFG-215")]
    public async Task The_shortest_configuration_serves_its_health_until_a_signal()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, """{"version":3}""");

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(gateway.Error);
    }

    [Fact, Spec("CFG-031")]
    public async Task The_port_is_8080_unless_told_otherwise()
    {
        foreach (var json in new[] { """{"version":3}""", """{"version":3,"port":0}""" })
        {
            var run = await Executable.RunAsync("check", "-dc", _folder.Write("krakend.json", json));
            Assert.Contains("\tPort: 8080\n", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact, Spec("CFG-309", "CFG-310")]
    public async Task What_a_guide_wrote_is_one_warning_of_the_log_although_the_component_refuses_it_too()
    {
        const string Json = """{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/","extra_config":{"modifier/martian":{"query.Modifier":{"scope":["request"],"name":"a","value":"b"}}}}]}]}""";
        await using (var gateway = await RunningGateway.RunAsync(_folder, Json))
        {
            using var response = await gateway.Client.GetAsync("/__health");

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Single(gateway.Out.Split('\n'), static l => l.Contains("WARNING", StringComparison.Ordinal) && l.Contains("querystring.Modifier", StringComparison.Ordinal));
        }
        var strict = await Executable.RunAsync("run", "--strict", "-c", _folder.Write("strict.json", Json));

        Assert.Equal(255, strict.Status);
        Assert.Contains("ERROR parsing the configuration file: ", strict.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-350")]
    [InlineData("run", 255)]
    [InlineData("check", 1)]
    public async Task Strict_heeds_what_components_warn_about_when_they_are_built(string command, int status)
    {
        var file = _folder.Write("krakend.json", $$"""{"version":3,"port":{{RunningGateway.FreePort()}},"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/","extra_config":{"modifier/martian":{"no.Modifier":{} } } }]}]}""");

        var run = await Executable.RunAsync(command, "--strict", command == "check" ? "-tc" : "-c", file);

        Assert.Equal(status, run.Status);
        Assert.Contains("unknown modifier: no.Modifier", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-215")]
    public async Task The_flag_wins_over_variable_and_file()
    {
        var file = _folder.Write("krakend.json", """{"version":3,"port":1}""");
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file], new Dictionary<string, string> { ["KRAKEND_PORT"] = "2" });

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact, Spec("CFG-215", "CFG-147")]
    public async Task Port_zero_equals_no_flag()
    {
        using var taken = TakePort(out var port);
        var file = _folder.Write("krakend.json", string.Create(CultureInfo.InvariantCulture, $$"""{"version":3,"port":{{port}}}"""));

        var run = await Executable.RunAsync("run", "-p", "0", "-c", file);

        Assert.Contains($"cannot listen on port {port}", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-147")]
    public async Task A_port_in_use_is_one_error_and_status_1()
    {
        using var taken = TakePort(out var port);
        var file = _folder.Write("krakend.json", """{"version":3}""");

        var run = await Executable.RunAsync("run", "-c", file, "-p", port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal((1, ""), (run.Status, run.Error));
        Assert.EndsWith($" KRAKEND ERROR: [SERVICE: Gin] cannot listen on port {port}: address already in use\n", run.Out, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(run.Out, " KRAKEND ERROR: "));
        Assert.DoesNotContain("Listening", run.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-213")]
    [InlineData("70000")]
    [InlineData("-1")]
    public async Task A_port_that_does_not_exist_is_refused(string port)
    {
        var run = await Executable.RunAsync("run", "-c", _folder.Write("krakend.json", """{"version":3}"""), "-p", port);

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains($"{port} is no TCP port", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-140", "CFG-143", "CFG-145", "CFG-146")]
    public async Task The_log_tells_the_start_in_order()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, """
            {"version":3,"host":["http://127.0.0.1:99"],"endpoints":[
              {"endpoint":"/first","backend":[{"url_pattern":"/"}]},
              {"endpoint":"/second","backend":[{"url_pattern":"/"}]}]}
            """);
        using var response = await gateway.Client.GetAsync("/__health?x=1");
        await gateway.WaitForLogAsync("\"/__health?x=1\"");

        var log = gateway.Out;
        Assert.Matches($@"(?m)^\d{{4}}/\d\d/\d\d \d\d:\d\d:\d\d KRAKEND INFO: Working directory is {Regex.Escape(_folder.Path)}$", log);
        var steps = new[]
        {
            "KRAKEND INFO: Starting KrakenPlugins Gateway v", "Working directory is", "KRAKEND DEBUG: [ENDPOINT: /first]", "KRAKEND DEBUG: [ENDPOINT: /second]",
            $"KRAKEND INFO: [SERVICE: Gin] Listening on port: {gateway.Port}\n", "[GIN] ",
        }.Select(step => log.IndexOf(step, StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(-1, steps);
        Assert.Equal(steps.Order(), steps);
    }

    [Fact, Spec("CFG-144")]
    public async Task Thousands_of_endpoints_are_all_there_when_it_listens()
    {
        const int Endpoints = 5000;
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.WriteAsync( $$"""{"path":"{{context.Request.Path}}"}"""));
        var endpoints = Enumerable.Range(0, Endpoints).Select(static i =>
            $$$"""{"endpoint":"/group{{{i % 50}}}/resource{{{i}}}/{id}","backend":[{"url_pattern":"/r{{{i}}}/{id}"}]}""");
        var json = $$$"""{"version":3,"host":["{{{upstream.Host}}}"],"extra_config":{"router":{"disable_access_log":true}},"endpoints":[{{{string.Join(',', endpoints)}}}]}""";
        var time = Stopwatch.StartNew();

        await using var gateway = await RunningGateway.RunAsync(_folder, json);

        Assert.InRange(time.Elapsed.TotalSeconds, 0, 30);
        foreach (var i in new[] { 0, 1234, Endpoints - 1 })
            Assert.Equal($$"""{"path":"/r{{i}}/x"}""", await gateway.Client.GetStringAsync($"/group{i % 50}/resource{i}/x"));
    }

    [Fact, Spec("CFG-214")]
    public async Task The_debug_flag_switches_the_debug_endpoint_on()
    {
        await using var without = await RunningGateway.RunAsync(_folder, """{"version":3}""");
        await using var once = await RunningGateway.RunAsync(_folder, """{"version":3}""", "-d");
        await using var twice = await RunningGateway.RunAsync(_folder, """{"version":3}""", "-dd");

        using var absent = await without.Client.GetAsync("/__debug/x");

        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Equal("""{"message":"pong"}""", await once.Client.GetStringAsync("/__debug/x"));
        Assert.Equal("""{"message":"pong"}""", await twice.Client.GetStringAsync("/__debug/x"));
    }

    [Fact, Spec("CFG-216", "CFG-006")]
    public async Task An_unknown_attribute_is_logged_once_and_does_not_prevent_the_start()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, """{"version":3,"tiemout":"3s"}""");

        Assert.Single(Regex.Matches(gateway.Out, @"KRAKEND WARNING: \[SERVICE: Config\] .*krakend.json:1:\d+ tiemout: "));
        Assert.Empty(gateway.Error);
    }

    [Fact]
    public async Task Strict_makes_it_prevent_the_start()
    {
        var run = await Executable.RunAsync("run", "--strict", "-c", _folder.Write("krakend.json", """{"version":3,"tiemout":"3s"}"""));

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.StartsWith("ERROR parsing the configuration file: ", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-157")]
    public async Task Nothing_is_reported_to_anybody()
    {
        var file = _folder.Write("krakend.json", """{"version":3}""");
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file], new Dictionary<string, string> { ["USAGE_DISABLE"] = "1" });

        // The listener is the only TCP socket of the process.
        var sockets = Directory.GetFiles($"/proc/{gateway.Id}/fd").Select(fd => File.ResolveLinkTarget(fd, false)?.Name ?? "").Where(static n => n.StartsWith("socket:[", StringComparison.Ordinal)).Select(static n => n[8..^1]).ToHashSet();
        var connections = File.ReadLines($"/proc/{gateway.Id}/net/tcp").Concat(File.ReadLines($"/proc/{gateway.Id}/net/tcp6"))
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields.Length > 9 && sockets.Contains(fields[9])).ToArray();

        var listener = Assert.Single(connections);
        Assert.Equal("0A", listener[3]);
    }

    [Theory, Spec("CFG-294")]
    [InlineData(">/dev/null")]
    [InlineData(">&-")]
    [InlineData("| true")]
    public async Task A_log_that_nobody_reads_is_no_failure(string redirection)
    {
        var port = RunningGateway.FreePort();
        var file = _folder.Write("krakend.json", """{"version":3}""");
        using var process = Executable.Start("sh", _folder.Path, null, "-c", $"{Executable.Path} run -c {file} -p {port} {redirection}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        try
        {
            for (var i = 0; i < 3; i++)
                await RunningGateway.WaitUntilAsync(() => Answers(client), () => "it never answered");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
        Assert.DoesNotContain("xception", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static bool Answers(HttpClient client)
    {
        try
        {
            using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, "/__health"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static TcpListener TakePort(out int port)
    {
        var listener = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }
}
