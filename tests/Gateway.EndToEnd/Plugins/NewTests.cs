using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary>What <c>plugin new</c> and <c>plugin init</c> make works as it is.</summary>
public sealed class NewTests : IDisposable
{
    private readonly Folder _folder = new();

    public static TheoryData<string> Kinds =>
        [.. Directory.GetDirectories(Path.Combine(Executable.Repository, "sdk", "templates", "kinds")).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_compiles_passes_the_check_and_loads(string kind)
    {
        await MakeAsync("plugin", "new", kind, "Acme.Audit", "-o", "made");

        var built = Build("made", "Acme.Audit", "acme.audit");

        var check = await Executable.RunAsync("plugin", "check", built, "--run");
        Assert.Equal((0, $"{built}: OK\n"), (check.Status, check.Out));
    }

    [Theory, Spec("EXT-071")]
    [InlineData("handler", "-s", "SERVER")]
    [InlineData("client", "-c", "CLIENT")]
    [InlineData("modifier", "-m", "MODIFIER")]
    [InlineData("middleware", "-w", "MIDDLEWARE")]
    public async Task What_init_makes_passes_the_test_command_for_its_kind(string type, string flag, string label)
    {
        await MakeAsync("plugin", "init", "--name", "myplugin", "--type", type);

        var built = Build($"{type}-myplugin", "myplugin", "myplugin");

        var test = await Executable.RunAsync("plugin", "test", flag, built);
        Assert.Equal((0, ""), (test.Status, test.Error));
        Assert.StartsWith($"[OK] {label}\t{built}\n[OK] 1 tested plugin(s) in ", test.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_to_do_next_is_said()
    {
        var run = await MakeAsync("generate", "plugin", "proxy", "Acme.Audit", "--out", "audit");

        foreach (var next in new[] { "cd audit", "dotnet build -c Release", "gateway plugin check Acme.Audit/bin/Release/net10.0/plugin/acme.audit --run", "gateway plugin test Acme.Audit/bin/Release/net10.0/plugin/acme.audit" })
            Assert.Contains($"\n  {next}\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy", "proxy", "belongs to the gateway itself")]
    [InlineData("encoding", "acme/audit", "plugins of the kind encoding handle no namespace of their own")]
    public async Task A_namespace_that_no_plugin_of_the_kind_can_have_is_refused(string kind, string name, string reason)
    {
        var run = await Executable.RunInAsync(_folder.Path, null, "plugin", "new", kind, "Acme.Audit", "--namespace", name);

        Assert.Equal(1, run.Status);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Finished> MakeAsync(params string[] args)
    {
        var run = await Executable.RunInAsync(_folder.Path, null, args);
        Assert.Equal((0, ""), (run.Status, run.Error));
        return run;
    }

    // As the SDK's targets do, which complete the manifest with the version and the range of the SDK.
    private string Build(string folder, string project, string id)
    {
        var sources = Path.Combine(_folder.Path, folder, project);
        var built = Directory.CreateDirectory(Path.Combine(_folder.Path, "built", id)).FullName;
        File.WriteAllBytes(Path.Combine(built, project + ".dll"), PluginSmith.Assembly(project, [.. Directory.GetFiles(sources, "*.cs").Select(File.ReadAllText)]));
        foreach (var schema in Directory.GetFiles(sources, "*.schema.json"))
            File.Copy(schema, Path.Combine(built, Path.GetFileName(schema)));
        var manifest = File.ReadAllText(Path.Combine(sources, "plugin.json"));
        File.WriteAllText(Path.Combine(built, "plugin.json"), manifest.Replace("\"$(Version)\"", "\"1.0.0\", \"sdk\": \"[0.2,1.0)\"", StringComparison.Ordinal));
        return built;
    }
}
