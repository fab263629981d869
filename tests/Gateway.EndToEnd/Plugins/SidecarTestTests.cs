using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin test</c> and <c>plugin check --run</c> over plugins that run as processes of their own.</summary>
public sealed class SidecarTestTests(SidecarProjects projects) : IClassFixture<SidecarProjects>
{
    // What each kind makes of the sample.
    private static readonly Dictionary<string, (string Config, string[] Flags, string Shown)> s_expected = new(StringComparer.Ordinal)
    {
        ["server"] = ("""{"header":"X-By","value":"me"}""", [], "\n  + X-By: me\n"),
        ["endpoint"] = ("""{"header":"X-Version"}""", [], "\n  + status 400\n"),
        ["proxy"] = ("""{"text":"hello"}""", ["--response", """{"status":200,"body":{"a":1}}"""], "\n  +   \"note\": \"hello\"\n"),
        ["backend"] = ("""{"header":"X-Tenant","value":"me"}""", [], "\n  + X-Tenant: me\n"),
        ["client"] = ("""{"user":"ann","password":"secret"}""", [], "\n  + Authorization: Basic YW5uOnNlY3JldA==\n"),
        ["executor"] = ("""{"text":"hello"}""", [], "\"text\": \"hello\""),
        ["http-server"] = ("""{"name":"contoso.mine","contoso.mine":{"path":"/test","text":"pong"}}""", ["--url", "/test"], "\n  + pong\n"),
        ["http-client"] = ("""{"name":"contoso.mine","contoso.mine":{"retries":1}}""", [], "request unchanged\n"),
        ["modifier"] = ("""{"name":"contoso.mine","contoso.mine":{"tenant":"me"}}""", [], "\n  + X-Tenant: me\n"),
        ["middleware"] = ("""{"name":"contoso.mine","contoso.mine":{"text":"later"}}""", [], "request unchanged\n"),
    };

    public static IEnumerable<object[]> All => SidecarProjects.All.Select(static p => new object[] { p.Language, p.Kind });

    [Theory, Spec("GRP-272")]
    [MemberData(nameof(All))]
    public async Task Each_component_is_driven_in_its_own_process_which_is_gone_at_the_end(string language, string kind)
    {
        var (config, flags, shown) = s_expected[kind];

        var run = await TestAsync(projects.Of(language, kind), ["--config", config, .. flags]);

        Assert.True((run.Status, run.Error) == (0, ""), run.Out + run.Error);
        Assert.Contains(shown, run.Out, StringComparison.Ordinal);
        Assert.Matches(@"bytes a call", run.Out);
        Assert.Matches(@"\nits process: ready after \d+ ms, ended after \d+ ms; nothing stays\n", run.Out);
        Assert.EndsWith("OK\n", run.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("GRP-272")]
    [InlineData("js")]
    [InlineData("python")]
    public async Task What_it_finds_wrong_with_a_configuration_is_shown_with_its_place(string language)
    {
        var run = await TestAsync(projects.Of(language, "proxy"), ["--config", """{"field":"x"}"""]);

        Assert.Equal(1, run.Status);
        Assert.Contains("proxy \"contoso/mine\": refuses the configuration\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("a text is required", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-272")]
    public async Task One_that_does_not_start_is_reported_with_what_it_said()
    {
        using var plugin = new SidecarFolder(["sh", "run.sh"]);
        plugin.Write("run.sh", "echo no such module >&2; exit 4\n");

        var test = await TestAsync(plugin.Path, []);
        var check = await Executable.RunInAsync(null, SidecarProjects.Environment, "plugin", "check", plugin.Path, "--run");

        Assert.Equal((1, 1), (test.Status, check.Status));
        Assert.Contains("ended with status 4 before it had answered", test.Out, StringComparison.Ordinal);
        Assert.Contains("no such module", test.Out, StringComparison.Ordinal);
        Assert.Contains("PLG100 error plugin.json: ", check.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-273")]
    public async Task Processes_that_leave_its_group_are_named_and_ended()
    {
        var project = projects.Of("js", "proxy");
        using var plugin = new Folder();
        CopyTo(plugin.Path, project);
        var file = Path.Combine(plugin.Path, "plugin.js");
        await File.WriteAllTextAsync(file, "import { spawn } from 'node:child_process';\nspawn('sleep', ['4711'], { detached: true, stdio: 'ignore' }).unref();\n" + await File.ReadAllTextAsync(file));

        var run = await TestAsync(plugin.Path, ["--config", """{"text":"hello"}"""]);

        Assert.Equal(1, run.Status);
        Assert.Contains("it left processes behind\n", run.Out, StringComparison.Ordinal);
        var line = Assert.Single(run.Out.Split('\n'), static l => l.EndsWith(" sleep 4711", StringComparison.Ordinal));
        Assert.False(Directory.Exists($"/proc/{line.Trim().Split(' ')[0]}"), "it is still there");
    }

    [Fact, Spec("GRP-272", "GRP-149")]
    public async Task Calls_that_it_does_not_finish_fail_the_test_and_are_counted()
    {
        using var plugin = new Folder();
        CopyTo(plugin.Path, projects.Of("python", "proxy"));
        var file = Path.Combine(plugin.Path, "plugin.py");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("    async def on_response(self, response, request):\n", "    async def on_response(self, response, request):\n        import os\n        os._exit(0)\n", StringComparison.Ordinal));

        var run = await TestAsync(plugin.Path, ["--config", """{"text":"hello"}"""]);

        Assert.Equal(1, run.Status);
        Assert.Contains("a call of contoso/mine was lost: the sidecar ", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"\nit lost [1-9]\d* calls: it ended, hung, was late or broke the protocol\n", run.Out);
        Assert.EndsWith("FAILED\n", run.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("GRP-273")]
    [InlineData("js")]
    [InlineData("python")]
    public async Task It_is_started_and_ended_again_and_again_and_nothing_stays(string language)
    {
        var run = await TestAsync(projects.Of(language, "proxy"), ["--unload", "--config", """{"text":"hello"}"""]);

        Assert.True(run.Status == 0, run.Out + run.Error);
        Assert.Contains("\nunloading: 10 times started, driven and ended; nothing stays\n", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-272")]
    public async Task The_report_for_programs_has_the_process_too()
    {
        var run = await TestAsync(projects.Of("js", "proxy"), ["--format", "json", "--config", """{"text":"hello"}"""]);

        var results = JsonNode.Parse(run.Out)![0]!["results"]!.AsArray();
        Assert.Equal("driven", results[0]!["state"]!.GetValue<string>());
        Assert.Empty(results[^1]!["process"]!["left"]!.AsArray());
    }

    [Theory, Spec("GRP-276")]
    [InlineData("js")]
    [InlineData("python")]
    public async Task What_is_packed_installs_and_serves(string language)
    {
        using var folder = new Folder();
        var package = Path.Combine(folder.Path, "x.nupkg");
        var pack = await Executable.RunInAsync(projects.Of(language, "executor"), SidecarProjects.Environment, "plugin", "pack", ".", "--out", package);
        Assert.True(pack.Status == 0, pack.Error);
        var install = await Executable.RunInAsync(null, SidecarProjects.Environment, "plugin", "install", package, "--to", Path.Combine(folder.Path, "plugins"));
        Assert.True(install.Status == 0, install.Error);
        var config = folder.Write("krakend.json", """{"version":3,"endpoints":[{"endpoint":"/a/{id}","backend":[{"host":["http://localhost:8081"],"url_pattern":"/","extra_config":{"contoso/mine":{"text":"hello"}}}]}]}""");

        await using var gateway = await RunningGateway.StartAsync(folder.Path, ["run", "-c", config, "--plugins", "plugins"], SidecarProjects.Environment);

        Assert.Equal("""{"id":"7","text":"hello"}""", await gateway.Client.GetStringAsync("/a/7"));
    }

    private static Task<Finished> TestAsync(string folder, string[] flags) =>
        Executable.RunInAsync(null, SidecarProjects.Environment, ["plugin", "test", folder, .. flags]);

    private static void CopyTo(string target, string source)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }
}
