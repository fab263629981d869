using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin check</c>, and <c>--run</c> over code that does its worst.</summary>
public sealed class PluginCheckTests : IDisposable
{
    private readonly PluginSmith _smith = new();

    [Fact]
    public async Task A_good_plugin_passes()
    {
        var folder = Make("return await next(request, ct);");

        var run = await Executable.RunAsync("plugin", "check", folder, "--run");

        Assert.Equal(0, run.Status);
        Assert.EndsWith($"{folder}: OK\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_are_lines_with_code_severity_file_message_and_remedy()
    {
        var folder = Make("return await next(request, ct);");
        File.WriteAllBytes(Path.Combine(folder, "acme.x.dll"), []);

        var run = await Executable.RunAsync("plugin", "check", folder);

        Assert.Equal(1, run.Status);
        Assert.Contains("PLG024 error acme.x.dll: it is no .NET assembly: it is empty; ", run.Out, StringComparison.Ordinal);
        Assert.Contains("1 error, 0 warnings", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_are_json_when_asked_for()
    {
        var folder = Make("return await next(request, ct);");
        File.Delete(Path.Combine(folder, "acme.x.dll"));

        var run = await Executable.RunAsync("plugin", "check", "acme.x", "--plugins", _smith.Folder, "--format", "json");

        var result = JsonNode.Parse(run.Out)!.AsArray().Single()!;
        Assert.Equal((1, folder, false), (run.Status, result["path"]!.GetValue<string>(), result["ok"]!.GetValue<bool>()));
        Assert.Contains(result["findings"]!.AsArray(), static f => f!["code"]!.GetValue<string>() == "PLG030");
    }

    [Theory]
    [InlineData("throw new InvalidOperationException(\"no luck\");", "PLG100", "no luck")]
    [InlineData("", "PLG100", "promises proxy \"acme/x\"")]
    [InlineData("Deep(1);", "PLG101", "stack overflow")]
    [InlineData("Environment.Exit(3);", "PLG103", "status 3")]
    [InlineData("Environment.FailFast(\"now\");", "PLG101", "broke down")]
    [InlineData("Thread.Sleep(-1);", "PLG102", "did not come back within 4 s")]
    public async Task What_happens_while_it_is_loaded_is_a_finding(string statement, string code, string text)
    {
        var folder = _smith.Make("acme.x", $"public sealed class P : GatewayPlugin {{ static int Deep(int n) => n + Deep(n + 1) + Deep(n + 2); public override void Register(IPluginRegistry registry) {{ {statement} }} }}", ["endpoint/proxy acme/x"]);

        var run = await Executable.RunAsync("plugin", "check", folder, "--run", "--timeout", "4");

        Assert.Equal(1, run.Status);
        var line = Assert.Single(run.Out.Split('\n'), l => l.StartsWith(code, StringComparison.Ordinal));
        Assert.Contains(text, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_run_none_of_its_code_runs()
    {
        var mark = Path.Combine(_smith.Folder, "mark");
        var folder = _smith.Make("acme.x", $"public sealed class P : GatewayPlugin {{ static P() => System.IO.File.WriteAllText(@\"{mark}\", \"\"); public override void Register(IPluginRegistry registry) {{ }} }} public static class I {{ [System.Runtime.CompilerServices.ModuleInitializer] public static void Run() => System.IO.File.WriteAllText(@\"{mark}\", \"\"); }}", ["endpoint/proxy acme/x"]);

        await Executable.RunAsync("plugin", "check", folder);

        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task An_unknown_id_is_named_with_the_nearest_one()
    {
        Make("return await next(request, ct);");

        var run = await Executable.RunAsync("plugin", "check", "acme.y", "--plugins", _smith.Folder);

        Assert.Equal(1, run.Status);
        Assert.Contains("did you mean \"acme.x\"?", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _smith.Dispose();

    private string Make(string body) => _smith.Make("acme.x", PluginSmith.ProxyPlugin("acme/x", body), ["endpoint/proxy acme/x"]);
}
