using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin new</c>, <c>generate plugin</c> and <c>plugin init</c>.</summary>
public sealed class PluginNewTests : IDisposable
{
    private readonly Folder _folder = new();

    public static TheoryData<string> Kinds =>
        [.. Directory.GetDirectories(Path.Combine(Executable.Repository, "sdk", "templates", "kinds")).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_becomes_a_project_in_which_no_token_is_left(string kind)
    {
        var run = await RunAsync("plugin", "new", kind, "Contoso.Audit", "--out", "audit");

        Assert.Equal((0, ""), (run.Status, run.Error));
        var files = FilesOf("audit");
        Assert.Contains("Contoso.Audit/Contoso.Audit.csproj", files.Keys);
        Assert.Contains("Contoso.Audit/plugin.json", files.Keys);
        Assert.Contains("\"contoso.audit\"", files["Contoso.Audit/plugin.json"], StringComparison.Ordinal);
        Assert.All(files, static f => Assert.DoesNotMatch("Sample|acme[./]sample|0\\.0\\.0-sdk|template\\.config", f.Key + f.Value));
    }

    [Fact]
    public async Task The_namespace_is_taken_as_given()
    {
        await RunAsync("generate", "plugin", "proxy", "Audit", "--namespace", "contoso/trail");

        Assert.Contains("\"contoso/trail\"", FilesOf("Audit")["Audit/plugin.json"], StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-277")]
    public async Task A_plugin_of_dotnet_runs_in_a_process_of_its_own_when_asked_for()
    {
        var run = await RunAsync("plugin", "new", "proxy", "Audit", "--process");

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains("\"runtime\": \"process\"", FilesOf("Audit")["Audit/plugin.json"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_to_do_next_is_said()
    {
        var run = await RunAsync("generate", "plugin", "proxy", "Acme.Audit", "--out", "audit");

        const string built = "Acme.Audit/bin/Release/net10.0/plugin/acme.audit";
        foreach (var next in new[] { "cd audit", "dotnet build -c Release", $"gateway plugin check {built} --run", $"gateway plugin test {built}", $"gateway plugin pack {built}" })
            Assert.Contains($"\n  {next}\n", run.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("EXT-070", "CFG-260")]
    [InlineData("handler", "http-server")]
    [InlineData("client", "http-client")]
    [InlineData("modifier", "-modifier")]
    [InlineData("middleware", "middleware")]
    public async Task Init_makes_a_folder_of_type_and_name(string type, string kind)
    {
        var run = await RunAsync("plugin", "init", "--name", "myplugin", "--type", type);

        Assert.Equal((0, ""), (run.Status, run.Error));
        var manifest = FilesOf($"{type}-myplugin")["myplugin/plugin.json"];
        Assert.Contains("\"myplugin\"", manifest, StringComparison.Ordinal);
        Assert.Contains($"{kind}\"", manifest, StringComparison.Ordinal);
    }

    [Theory, Spec("EXT-072", "GRP-277")]
    [InlineData("is no type of plugin; did you mean \"handler\"?", "plugin", "init", "-n", "x", "-t", "handlr")]
    [InlineData("did you mean MyPlugin?", "plugin", "init", "-n", "my-plugin")]
    [InlineData("is no name", "plugin", "init", "-n", "../x")]
    [InlineData("is a word of C#", "plugin", "new", "proxy", "Acme.class")]
    [InlineData("is a device on Windows", "plugin", "new", "proxy", "Con")]
    [InlineData("is no kind of plugin; did you mean \"proxy\"?", "plugin", "new", "prxy", "X")]
    [InlineData("is no namespace", "plugin", "new", "proxy", "X", "--namespace", "a b")]
    [InlineData("\"proxy\" belongs to the gateway itself", "plugin", "new", "proxy", "X", "--namespace", "proxy")]
    [InlineData("is no language that there are templates for; did you mean \"python\"?", "plugin", "new", "proxy", "X", "--lang", "pyton")]
    [InlineData("is no kind of plugin in js; did you mean \"proxy\"?", "plugin", "new", "prxy", "X", "--lang", "js")]
    [InlineData("plugins of the kind encoding run in the gateway's own process only", "plugin", "new", "encoding", "X", "--process")]
    [InlineData("plugins of the kind encoding handle no namespace of their own", "plugin", "new", "encoding", "X", "--namespace", "acme/x")]
    public async Task What_cannot_be_made_is_refused_and_nothing_written(string text, params string[] args)
    {
        var run = await RunAsync(args);

        Assert.Equal(1, run.Status);
        Assert.Contains(text, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact, Spec("EXT-072", "CFG-260")]
    public async Task A_folder_that_is_not_empty_stays_as_it_is()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "handler-x"));
        File.WriteAllText(Path.Combine(_folder.Path, "handler-x", "mine.txt"), "mine");

        var run = await RunAsync("plugin", "init", "-n", "x");

        Assert.Equal(1, run.Status);
        Assert.Contains("exists and is not empty", run.Error, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], FilesOf("handler-x").Keys);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private Task<Finished> RunAsync(params string[] args) => Executable.RunInAsync(_folder.Path, null, args);

    private Dictionary<string, string> FilesOf(string folder)
    {
        var root = Path.Combine(_folder.Path, folder);
        return Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(root, f).Replace('\\', '/'), static f => File.ReadAllText(f));
    }
}
