using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin check</c> and <c>plugin list</c> over plugins that run as processes of their own.</summary>
public sealed class SidecarCheckTests
{
    [Fact, Spec("GRP-270")]
    public async Task A_program_of_the_folder_and_one_of_the_path_with_its_script_pass_and_nothing_is_started()
    {
        using var program = new SidecarFolder(["./bin/run", "--fast"]);
        var mark = Path.Combine(program.Parent, "mark");
        program.Write("bin/run", $"#!/bin/sh\ntouch {mark}\n", isProgram: true);
        using var script = new SidecarFolder(["sh", "-u", "run.sh", "other.sh"]);
        script.Write("run.sh", $"touch {mark}\n");

        var check = await Executable.RunAsync("plugin", "check", program.Path, script.Path);

        Assert.Equal((0, $"{program.Path}: OK\n{script.Path}: OK\n"), (check.Status, check.Out));
        Assert.False(File.Exists(mark));
    }

    [Theory, Spec("GRP-270")]
    [InlineData("PLG110 error plugin.json:9:7: entry.command[0]: there is no program shh-not-here in the PATH", "shh-not-here")]
    [InlineData("PLG110 error run: the manifest's \"entry.command\" names it, but it is not in the folder", "./run")]
    [InlineData("PLG110 error plugin.json:9:7: entry.command[0]: there is no program run.sh in the PATH; write \"./run.sh\" for the one in the plugin's folder", "run.sh")]
    [InlineData("PLG110 error bin/run.sh: the manifest's \"entry.command\" names it, but it is not in the folder", "bin/run.sh")]
    [InlineData("PLG110 error plugin.json:9:7: entry.command[0]: there is no /nowhere/run on this machine", "/nowhere/run")]
    [InlineData("PLG111 error run.sh: it is not executable", "./run.sh")]
    [InlineData("PLG113 error plugin.json:10:7: entry.command[1]: there is no runn.sh in the plugin's folder; did you mean \"run.sh\"?", "sh", "runn.sh")]
    [InlineData("PLG113 error plugin.json:11:7: entry.command[2]: there is no /nowhere/x.sh on this machine", "sh", "-u", "/nowhere/x.sh")]
    [InlineData("PLG013 error run.sh: the manifest's \"entry.command\" spells it RUN.sh", "sh", "RUN.sh")]
    public async Task What_could_not_be_started_is_an_error_with_its_place(string text, params string[] command)
    {
        using var plugin = new SidecarFolder(command);
        plugin.Write("run.sh", "");

        var check = await Executable.RunAsync("plugin", "check", plugin.Path);

        Assert.Equal(1, check.Status);
        Assert.Contains(text, check.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-270")]
    public async Task A_program_for_another_processor_is_an_error()
    {
        using var plugin = new SidecarFolder(["./run"]);
        var image = new byte[64];
        "\u007fELF"u8.CopyTo(image);
        (image[4], image[5], image[18]) = (2, 1, 0x16);
        var file = plugin.Write("run", "", isProgram: true);
        File.WriteAllBytes(file, image);

        var check = await Executable.RunAsync("plugin", "check", plugin.Path);

        Assert.Equal(1, check.Status);
        Assert.Contains("PLG112 error run: it is a program for Linux S390x; ship one for ", check.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-270")]
    public async Task Scripts_that_the_hashes_do_not_list_are_named()
    {
        using var plugin = new SidecarFolder(["sh", "run.sh"], static m => m["hashes"] = new JsonObject { ["run.sh"] = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" });
        plugin.Write("run.sh", "");
        plugin.Write("lib/extra.py", "");

        var check = await Executable.RunAsync("plugin", "check", plugin.Path);

        Assert.Equal(0, check.Status);
        Assert.Contains("PLG012 warning lib/extra.py: the manifest has hashes, but none of this file", check.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("GRP-271")]
    [InlineData("PLG008 error plugin.json:", "the layer \"service\" does not go over a process's border", "namespaces", """[{"name":"acme/side","scope":"service","layer":"service"}]""")]
    [InlineData("PLG008 error plugin.json:", "is no stage of the layer \"proxy\"; did you mean \"modifiers\"?", "namespaces", """[{"name":"acme/side","scope":"endpoint","layer":"proxy","stage":"modifier"}]""")]
    [InlineData("PLG008 error plugin.json:", "encodings do not go over a process's border", "encodings", """[{"name":"x","layer":"decoder"}]""")]
    [InlineData("PLG007 error plugin.json:", "a sidecar has one of \"command\", \"assembly\" with \"type\", and \"address\"", "entry", """{"command":["sh"],"address":"unix:/x"}""")]
    [InlineData("PLG007 error plugin.json:", "a sidecar needs \"command\"", "entry", "{}")]
    [InlineData("PLG007 error plugin.json:", "goes over the network in clear text", "entry", """{"address":"http://10.0.0.1:9"}""")]
    [InlineData("PLG003 error plugin.json:", "expected a time between 1ms and 24h", "process", """{"timeout":"0s"}""")]
    [InlineData("PLG114 warning plugin.json:", "namespaces[0].needs.response_body: data is sent as a whole at the layer \"proxy\"; write \"buffered\"", "namespaces", """[{"name":"acme/side","scope":"endpoint","layer":"proxy","needs":{"response_body":"streamed"}}]""")]
    [InlineData("PLG114 warning plugin.json:", "namespaces[0].needs.response_head: the layer \"executor\" has no response; leave it out", "namespaces", """[{"name":"acme/side","scope":"backend","layer":"executor","needs":{"response_head":true}}]""")]
    [InlineData("PLG114 warning plugin.json:", "plugins[0].needs.headers: without \"request_head\"", "plugins", """[{"kind":"http-server","name":"x","needs":{"headers":["X"]}}]""")]
    public async Task What_cannot_run_out_of_process_or_has_no_effect_there_is_named_with_its_place(string begin, string text, string attribute, string json)
    {
        using var plugin = new SidecarFolder(["sh"], m => m[attribute] = JsonNode.Parse(json));

        var check = await Executable.RunAsync("plugin", "check", plugin.Path);

        var line = Assert.Single(check.Out.Split('\n'), l => l.Contains(text, StringComparison.Ordinal));
        Assert.StartsWith(begin, line, StringComparison.Ordinal);
        Assert.Equal(begin.Contains("error", StringComparison.Ordinal) ? 1 : 0, check.Status);
    }

    [Fact, Spec("GRP-271")]
    public async Task A_guard_that_would_be_passed_by_is_an_error()
    {
        using var plugin = new SidecarFolder(["sh"], static m => (m["namespaces"]![0]!["name"], m["process"]) = ("auth/side", new JsonObject { ["on_failure"] = "bypass" }));

        var check = await Executable.RunAsync("plugin", "check", plugin.Path);

        Assert.Equal(1, check.Status);
        Assert.Contains("PLG003 error plugin.json:", check.Out, StringComparison.Ordinal);
        Assert.Contains("process.on_failure: \"auth/side\" guards something", check.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-271")]
    public async Task One_that_begins_with_an_assembly_is_judged_as_one_in_the_gateways_process()
    {
        using var smith = new PluginSmith();
        var folder = smith.Make("acme.x", PluginSmith.ProxyPlugin("acme/x", "return await next(request, ct);"), ["endpoint/proxy acme/x"], edit: static m => (m["runtime"], m["description"]) = ("process", "Does nothing."));

        var good = await Executable.RunAsync("plugin", "check", folder, "--run");
        File.WriteAllBytes(Path.Combine(folder, "acme.x.dll"), []);
        var bad = await Executable.RunAsync("plugin", "check", folder);

        Assert.Equal((0, $"{folder}: OK\n"), (good.Status, good.Out));
        Assert.Contains("PLG024 error acme.x.dll: it is no .NET assembly: it is empty; ", bad.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-274")]
    public async Task The_list_shows_what_a_process_is_started_with()
    {
        using var plugin = new SidecarFolder(["sh", "run.sh", new string('x', 60)]);
        using var other = new SidecarFolder([], static m => (m["id"], m["entry"]) = ("acme.far", new JsonObject { ["address"] = "unix:/run/x.sock" }));

        var text = await Executable.RunAsync("plugin", "list", "--plugins", plugin.Path, "--plugins", other.Path);
        var json = await Executable.RunAsync("plugin", "list", "--plugins", plugin.Path, "--plugins", other.Path, "--format", "json");

        Assert.Contains("  process (sh run.sh xxxxxxxxxxxxxxxxxxxxxxxxxxxxx…)  ok", text.Out, StringComparison.Ordinal);
        Assert.Contains("  process (unix:/run/x.sock) ", text.Out, StringComparison.Ordinal);
        var plugins = JsonNode.Parse(json.Out)!["plugins"]!.AsArray().ToDictionary(static p => p!["id"]!.GetValue<string>());
        Assert.Equal($"[\"sh\",\"run.sh\",\"{new string('x', 60)}\"]", plugins["acme.side"]!["starts"]!.ToJsonString());
        Assert.Equal("[\"unix:/run/x.sock\"]", plugins["acme.far"]!["starts"]!.ToJsonString());
    }
}
