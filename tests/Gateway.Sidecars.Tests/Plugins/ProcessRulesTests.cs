using System.Text;
using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Processes;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Sidecars.Tests.Plugins;

public sealed class ProcessRulesTests
{
    private const string Command = """{ "command": ["node", "plugin.js"] }""";

    [Theory]
    [Spec("GRP-238")]
    [InlineData(Command)]
    [InlineData("""{ "assembly": "A.dll", "type": "A.P" }""")]
    [InlineData("""{ "address": "unix:/run/a.sock" }""")]
    [InlineData("""{ "address": "https://10.0.0.1:443" }""")]
    [InlineData("""{ "address": "http://127.0.0.1:9000" }""")]
    public void One_way_to_begin_is_enough(string entry) => Assert.Empty(Findings(entry));

    [Theory]
    [Spec("GRP-238")]
    [InlineData("{}", "a sidecar needs \"command\"")]
    [InlineData("""{ "command": ["node"], "address": "unix:/run/a.sock" }""", "keep the one that holds")]
    [InlineData("""{ "command": ["node"], "assembly": "A.dll", "type": "A.P" }""", "keep the one that holds")]
    [InlineData("""{ "assembly": "A.dll" }""", "\"assembly\" (a file of the plugin's folder) and \"type\"")]
    [InlineData("""{ "command": [""] }""", "\"command\" begins with a program")]
    [InlineData("""{ "address": "http://10.0.0.1:80" }""", "goes over the network in clear text")]
    [InlineData("""{ "address": "unix:run/a.sock" }""", "it takes an absolute path")]
    [InlineData("""{ "address": "ftp://x" }""", "is no address of a sidecar")]
    public void Another_entry_is_refused(string entry, string why) => Assert.Contains(Findings(entry), f => f.Contains(why, StringComparison.Ordinal));

    [Theory]
    [Spec("GRP-238")]
    [InlineData("""{ "name": "a/b", "scope": "endpoint", "layer": "rejecter" }""", "the layer \"rejecter\" does not go over a process's border")]
    [InlineData("""{ "name": "a/b", "scope": "service", "layer": "logging" }""", "the layer \"logging\" does not go over a process's border")]
    [InlineData("""{ "name": "a/b", "scope": "endpoint", "layer": "proxy", "stage": "modifers" }""", "\"modifers\" is no stage of the layer \"proxy\"; did you mean \"modifiers\"?")]
    [InlineData("""{ "name": "a/b", "scope": "backend", "layer": "executor", "stage": "modifiers" }""", "the layer \"executor\" has no stages")]
    public void What_cannot_stand_outside_of_the_gateway_is_refused(string @namespace, string why) =>
        Assert.Contains(Findings(Command, @namespace), f => f.Contains(why, StringComparison.Ordinal));

    [Theory]
    [Spec("GRP-238")]
    [InlineData("modifiers", 900)]
    [InlineData("before modifiers", 890)]
    [InlineData("after policies", 410)]
    public void Stages_have_the_names_of_the_SDK(string stage, int order)
    {
        Assert.Null(LayerStages.WhyNot("proxy", stage));
        Assert.Equal(order, LayerStages.Find("proxy", stage).Order);
    }

    [Theory]
    [Spec("GRP-238")]
    [InlineData("""{ "timeout": "0s" }""", "process.timeout: expected a time")]
    [InlineData("""{ "stop_limit": "25h" }""", "process.stop_limit: expected a time")]
    [InlineData("""{ "start": "late" }""", "process.start")]
    [InlineData("""{ "limits": { "memory": 1 } }""", "process.limits.memory: expected bytes")]
    [InlineData("""{ "limits": { "cpu_time": "1ms" } }""", "process.limits.cpu_time")]
    [InlineData("""{ "limits": { "open_files": 1 } }""", "process.limits.open_files")]
    [InlineData("""{ "limits": { "user": -1 } }""", "process.limits.user")]
    [InlineData("""{ "tiemout": "1s" }""", "did you mean \"timeout\"?")]
    public void What_is_wrong_with_its_process_is_said_where_it_stands(string process, string why) =>
        Assert.Contains(Findings(Command, process: process), f => f.Contains(why, StringComparison.Ordinal));

    [Theory]
    [Spec("GRP-228")]
    [InlineData("auth/acme")]
    [InlineData("security/acme")]
    public void Nobody_passes_by_a_guard(string name)
    {
        var @namespace = $$"""{ "name": "{{name}}", "scope": "endpoint", "layer": "endpoint" }""";
        Assert.Contains(Findings(Command, @namespace, """{ "on_failure": "bypass" }"""), f => f.Contains($"\"{name}\" guards something", StringComparison.Ordinal));
        Assert.Empty(Findings(Command, @namespace));
    }

    [Fact]
    [Spec("GRP-239")]
    public void The_operators_word_wins_over_the_manifests()
    {
        var manifest = Read(Command, """{ "name": "a/b", "scope": "endpoint", "layer": "proxy" }""", """{ "start": "demand", "timeout": "3s", "limits": { "memory": 2000000, "open_files": 9 } }""", new())!;
        var plan = ProcessPlan.Of(manifest, new SidecarConfig { Timeout = TimeSpan.FromSeconds(1), OnFailure = "bypass", Limits = new() { OpenFiles = 99 } });
        Assert.False(plan.IsEager);
        Assert.True(plan.IsBypassed);
        Assert.Equal((TimeSpan.FromSeconds(1), 2000000L, 99), (plan.Timeout, plan.Memory, plan.OpenFiles));
        Assert.True(plan.Shares(plan with { IsBypassed = false }));
        Assert.False(plan.Shares(plan with { Memory = null }));
    }

    private static string[] Findings(string entry, string @namespace = """{ "name": "a/b", "scope": "endpoint", "layer": "proxy" }""", string process = "{}")
    {
        var found = new ConfigDiagnostics();
        Read(entry, @namespace, process, found);
        return [.. found.All.Select(static f => f.ToString())];
    }

    private static PluginManifest? Read(string entry, string @namespace, string process, ConfigDiagnostics found)
    {
        var text = $$"""{ "id": "a", "version": "1.0.0", "sdk": "[0.1,9.0)", "runtime": "process", "entry": {{entry}}, "process": {{process}}, "namespaces": [{{@namespace}}] }""";
        return ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(text), found);
    }
}
