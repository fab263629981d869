using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command check", its stages.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Spec("CFG-217", "CFG-236")]
    [InlineData("check")]
    [InlineData("validate")]
    public async Task A_valid_file_is_syntax_ok(string command)
    {
        var file = _folder.Write("krakend.json", """{"version":3}""");

        var run = await Executable.RunAsync(command, "-c", file);

        Assert.Equal(new Finished(0, "", $"Parsing configuration file: {file}\nSyntax OK!\n"), run);
    }

    [Theory, Spec("CFG-218", "CFG-212")]
    [InlineData("check", "")]
    [InlineData("run", "")]
    [InlineData("run", "--config=")]
    public async Task Without_a_file_a_message_asks_for_it(string command, string flag)
    {
        var run = await Executable.RunAsync([command, .. flag.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.Contains("--config", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-219", "CFG-213", "CFG-209")]
    public async Task Errors_name_the_place_and_show_it()
    {
        var file = _folder.Write("krakend.json", """
            {
              "version": 3,
              "endpoints": [
                {
                  "endpoint": "/a",
                  "timeout": "3 parsecs",
                  "backend": [{ "host": ["http://a"], "url_pattern": "/{id}" }]
                }
              ]
            }
            """);

        var check = await Executable.RunAsync("check", "-c", file);
        var run = await Executable.RunAsync("run", "-c", file);

        Assert.Equal((1, 255), (check.Status, run.Status));
        Assert.Equal("", check.Out + run.Out);
        Assert.StartsWith("ERROR parsing the configuration file: ", run.Error, StringComparison.Ordinal);
        Assert.Equal($"Parsing configuration file: {file}\n{run.Error}", check.Error);
        Assert.Contains($"{file}:6:18 endpoints[0].timeout: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("  6 |       \"timeout\": \"3 parsecs\",\n    |                  ^\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("undefined output param 'id'!", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Syntax OK!", check.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-219", "CFG-213")]
    [InlineData("{", ":1:")]
    [InlineData("""{"version":2}""", "unsupported version: 2 (want: 3)")]
    [InlineData("""{"version":3,}""", ":1:14")]
    [InlineData("""[]""", "a configuration is an object")]
    [InlineData("""{"version":3,"listen_ip":"localhost"}""", "invalid ip address localhost")]
    public async Task What_run_refuses_check_refuses_with_the_same_reason(string json, string reason)
    {
        var file = _folder.Write("krakend.json", json);

        var check = await Executable.RunAsync("check", "-c", file);
        var run = await Executable.RunAsync("run", "-c", file);

        Assert.Equal((1, 255), (check.Status, run.Status));
        Assert.Contains("ERROR parsing the configuration file: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.EndsWith(run.Error, check.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-219", "CFG-220", "SEC-061", "AUT-008", "AUT-104")]
    [InlineData("\"auth/api-keys\":{\"roles\":[]}", "auth/api-keys: [ENDPOINT: /a] wants API keys, but the service has none")]
    [InlineData("\"auth/basic\":{\"htpasswd_path\":\"/none\"}", "auth/basic.htpasswd_path: \"/none\" cannot be read")]
    [InlineData("\"validation/cel\":[{\"check_expr\":\"req_method = 'GET'\"}]", "validation/cel[0].check_expr: \"req_method = 'GET'\", line 1, column 12: unexpected '='")]
    [InlineData("\"security/http\":{\"sts_seconds\":-1}", "security/http.sts_seconds: expected 0 or more seconds")]
    [InlineData("\"auth/client-certificate\":{\"allowed_names\":[\"*\"]}", "auth/client-certificate.allowed_names[0]: \"*\" is no name")]
    public async Task What_a_component_refuses_check_refuses_as_run_does_without_any_flag(string extra, string reason)
    {
        var file = _folder.Write("krakend.json", $$$"""
            {"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{
            {{{extra}}} }}]}
            """);

        var check = await Executable.RunAsync("check", "-c", file);
        var run = await Executable.RunAsync("run", "-c", file);

        Assert.Equal((1, 255), (check.Status, run.Status));
        Assert.Contains(reason, check.Error, StringComparison.Ordinal);
        Assert.Contains($"ERROR parsing the configuration file: {file}:2:", check.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-220")]
    [InlineData("", 0)]
    [InlineData("-t", 1)]
    public async Task Without_flags_nobody_is_called_not_even_the_collector_of_the_log(string flags, int calls)
    {
        using var collector = TakePort(out var port);
        var file = _folder.Write("krakend.json", $$$"""
            {"version":3,"port":{{{RunningGateway.FreePort()}}},"extra_config":{"telemetry/logging":{"level":"DEBUG"},"telemetry/gelf":{"address":"127.0.0.1:{{{port}}}","enable_tcp":true} } }
            """);

        var check = await Executable.RunAsync(["check", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-c", file]);

        Assert.Equal(0, check.Status);
        Assert.Equal(calls, collector.Pending() ? 1 : 0);
    }

    [Fact, Spec("CFG-139", "CFG-142")]
    public async Task A_relative_path_starts_at_the_working_directory_and_a_missing_file_is_named_in_full()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sub"));
        _folder.Write("sub/krakend.json", """{"version":3}""");

        var found = await Executable.RunInAsync(_folder.Path, null, "check", "-c", "sub/krakend.json");
        var missing = await Executable.RunInAsync(_folder.Path, null, "check", "-c", "krakend.json");

        Assert.Equal(0, found.Status);
        Assert.Equal(1, missing.Status);
        Assert.Contains("krakend.json: cannot read the configuration: no such file or directory", missing.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder.Path, "krakend.json"), missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"password":"hunter2"}""")]
    [InlineData("""{"users":{"ada":"$2y$10$hunter2"}}""")]
    public async Task A_secret_is_not_shown_beside_an_error(string basic)
    {
        var file = _folder.Write("krakend.json", $$$"""{"version":3,"port":"x","extra_config":{"auth/basic":{{{basic}}}}}""");

        var run = await Executable.RunAsync("check", "-c", file);

        Assert.Equal(1, run.Status);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.yaml", "version: 3\nextra_config:\n  auth/basic:\n    password: hunter2: x\n")]
    [InlineData("a.toml", "version = 3\nclient.secret = \"hunter2\" x\n")]
    [InlineData("a.hcl", "version = 3\nx = { api_key = \"hunter2\" 1 }\n")]
    [InlineData("a.properties", "version=3\npassword.=hunter2\n")]
    public async Task A_secret_without_quotes_around_its_name_is_not_shown_beside_an_error(string name, string content)
    {
        var run = await Executable.RunAsync("check", "-c", _folder.Write(name, content));

        Assert.Equal(1, run.Status);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public async Task A_mistake_in_a_named_pipe_is_reported_without_a_second_read()
    {
        using var process = Executable.Start("sh", _folder.Path, null, "-c", $"mkfifo pipe; printf '{{ \"version\" 3 }}' > pipe & exec {Executable.Path} check -c pipe");

        var run = await Executable.FinishAsync(process);

        Assert.Equal(new Finished(1, "", "Parsing configuration file: pipe\nERROR parsing the configuration file: pipe:1:13: expected \":\", not \"3\"\n"), run);
    }

    [Fact]
    public async Task Warnings_are_shown_and_strict_makes_them_errors()
    {
        var file = _folder.Write("krakend.json", """{"version":3,"tiemout":"3s"}""");

        var lenient = await Executable.RunAsync("check", "-c", file);
        var strict = await Executable.RunAsync("check", "--strict", "-c", file);

        Assert.Equal((0, 1), (lenient.Status, strict.Status));
        Assert.Contains("WARNING " + file + ":1:", lenient.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean \"timeout\"?", lenient.Error, StringComparison.Ordinal);
        Assert.Contains("ERROR parsing the configuration file: " + file + ":1:", strict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_without_plugin_is_an_error_unless_it_may_be_missing()
    {
        // Hide the gateway's own, and provide nothing that is asked for.
        foreach (var id in (string[])["bot-detector", "rate-limit"])
            _folder.Write($"plugins/{id}/plugin.json", $$"""{"id":"{{id}}","version":"1.0.0","sdk":"[0.5,1.0)","entry":{"assembly":"A.dll","type":"A.B"},"namespaces":[{"name":"acme/{{id}}","scope":"service","layer":"server"}]}""");
        var file = _folder.Write("krakend.json", """{"version":3,"extra_config":{"security/bot-detector":{},"qos/ratelimit/service/redis":{}}}""");
        var plugins = Path.Combine(_folder.Path, "plugins");

        var refused = await Executable.RunAsync("check", "-c", file, "--plugins", plugins, "--allow-missing", "security/bot-detector");
        var allowed = await Executable.RunAsync("check", "-c", file, "--plugins", plugins, "--allow-missing", "security/bot-detector", "--allow-missing=qos/ratelimit/service/redis");
        var all = await Executable.RunAsync("check", "-c", file, "--plugins", plugins, "--allow-missing", "*");

        Assert.Equal((1, 0, 0), (refused.Status, allowed.Status, all.Status));
        Assert.Contains("--allow-missing qos/ratelimit/service/redis", refused.Error, StringComparison.Ordinal);
        Assert.Contains("the protection is not active", allowed.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-221")]
    [InlineData("-l", "-n")]
    [InlineData("-ln")]
    [InlineData("-n", "-s", "schema.json")]
    [InlineData("-l", "-n", "-s=schema.json")]
    public async Task Two_linters_exclude_each_other(params string[] flags)
    {
        var run = await Executable.RunAsync(["check", "-c", "krakend.json", .. flags]);

        Assert.Equal(255, run.Status);
        Assert.Contains("none of the others can be; [lint", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-351")]
    [InlineData("-c")]
    [InlineData("-lc")]
    public async Task A_thousand_endpoints_are_checked_within_a_second(string flags)
    {
        var endpoints = Enumerable.Range(0, 1000).Select(static i => $$"""
            {"endpoint":"/v1/resource{{i}}/{id}","timeout":"2s","input_headers":["Authorization"],"extra_config":{"proxy":{"sequential":false} },
             "backend":[{"url_pattern":"/r{{i}}/{id}","host":["http://127.0.0.1:9000"],"allow":["id","name"],"group":"a","mapping":{"a":"b"},"extra_config":{"backend/http":{"return_error_details":"x"} } },
                        {"url_pattern":"/s{{i}}/{id}","host":["http://127.0.0.1:9001"]}]}
            """);
        var file = _folder.Write("krakend.json", $"{{\"version\":3,\"endpoints\":[{string.Join(",\n", endpoints)}]}}");

        // Processor time, as the shell counts it: the machine may be busy with other things.
        using var process = Executable.Start("sh", _folder.Path, new Dictionary<string, string> { ["LC_ALL"] = "C" }, "-c", $"{Executable.Path} check {flags} {file} && times");
        var run = await Executable.FinishAsync(process);

        Assert.Equal(0, run.Status);
        Assert.EndsWith("Syntax OK!\n", run.Error, StringComparison.Ordinal);
        var ofChildren = run.Out.TrimEnd('\n').Split('\n')[1].Split(' ');
        Assert.InRange(ofChildren.Sum(Seconds), 0.01, 1);
    }

    [Fact, Spec("CFG-220")]
    public async Task Without_flags_the_port_is_not_touched()
    {
        using var taken = TakePort(out var port);
        var file = _folder.Write("krakend.json", Port(port));

        var run = await Executable.RunAsync("check", "-c", file);

        Assert.Equal(0, run.Status);
        Assert.False(taken.Pending());
    }

    [Fact, Spec("CFG-234", "CFG-235")]
    public async Task The_route_test_serves_for_a_second_and_leaves_nothing_running()
    {
        var port = RunningGateway.FreePort();
        var file = _folder.Write("krakend.json", Port(port));
        var time = Stopwatch.StartNew();
        using var process = Executable.Start(Executable.Path, _folder.Path, null, "check", "-tc", file);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var answered = false;
        await RunningGateway.WaitUntilAsync(() => process.HasExited || (answered = Answers(client)), () => "neither answered nor ended");

        var run = await Executable.FinishAsync(process);

        Assert.True(answered);
        Assert.Equal(0, run.Status);
        Assert.EndsWith("Syntax OK!\n", run.Error, StringComparison.Ordinal);
        Assert.InRange(time.Elapsed.TotalSeconds, 1, 10);
        Assert.False(Answers(client));
    }

    [Fact, Spec("CFG-234", "CFG-218")]
    public async Task A_port_in_use_fails_the_route_test_after_the_dump()
    {
        using var taken = TakePort(out var port);
        var file = _folder.Write("krakend.json", Port(port));

        var run = await Executable.RunAsync("check", "-tdc", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("Global settings", run.Error, StringComparison.Ordinal);
        Assert.EndsWith($"ERROR testing the configuration file: cannot listen on port {port}: address already in use\n", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-234", "CFG-218")]
    public async Task Colliding_endpoints_fail_before_anything_else()
    {
        var file = _folder.Write("krakend.json", """
            {"version":3,"host":["http://a"],"endpoints":[
              {"endpoint":"/a/{x}","backend":[{"url_pattern":"/"}]},
              {"endpoint":"/a/{x}","backend":[{"url_pattern":"/"}]}]}
            """);

        var run = await Executable.RunAsync("check", "-tdc", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("ERROR ", run.Error, StringComparison.Ordinal);
        Assert.Contains("the configuration file: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("/a/{x}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Global settings", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Syntax OK!", run.Error, StringComparison.Ordinal);
    }

    // "0m0.210s"
    private static double Seconds(string time)
    {
        var parts = time.TrimEnd('s').Split('m');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture) * 60) + double.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    private static string Port(int port) => string.Create(CultureInfo.InvariantCulture, $$"""{"version":3,"port":{{port}}}""");

    private static TcpListener TakePort(out int port)
    {
        var listener = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
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
}
