using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin new</c>, <c>generate plugin</c> and <c>plugin init</c>.</summary>
public sealed class NewTests : IDisposable
{
    private readonly Folder _folder = new();

    public static TheoryData<string> Kinds => [.. Directory.GetDirectories(Path.Combine(Executable.Repository, "sdk", "templates", "kinds")).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_made_compiles_and_loads(string kind)
    {
        var run = await RunAsync("plugin", "new", kind, "Acme.Audit");
        Assert.Equal((0, ""), (run.Status, run.Error));

        await LoadsAsync("Acme.Audit", "Acme.Audit", "acme.audit");
        Assert.DoesNotContain(AllTexts("Acme.Audit"), static t => t.Contains("Sample", StringComparison.OrdinalIgnoreCase) || t.Contains("0.0.0-sdk", StringComparison.Ordinal));
    }

    [Theory, Spec("EXT-070")]
    [InlineData("handler", "http-server")]
    [InlineData("client", "http-client")]
    [InlineData("modifier", "request-modifier")]
    [InlineData("middleware", "middleware")]
    public async Task Init_makes_the_original_s_kinds_in_a_folder_of_type_and_name(string type, string kind)
    {
        var run = await RunAsync("plugin", "init", "--name", "my-plugin", "--type", type);
        Assert.Equal((0, ""), (run.Status, run.Error));

        Assert.Contains($"\"kind\": \"{kind}\"", File.ReadAllText(Path.Combine(_folder.Path, $"{type}-my-plugin", "MyPlugin", "plugin.json")), StringComparison.Ordinal);
        await LoadsAsync($"{type}-my-plugin", "MyPlugin", "my-plugin");
    }

    [Fact, Spec("EXT-070")]
    public async Task Init_makes_a_handler_when_no_type_is_given_and_takes_another_folder()
    {
        await RunAsync("plugin", "init", "-n", "myplugin");
        await RunAsync("plugin", "init", "-n", "myplugin", "-t", "client", "-o", "deep/er");

        Assert.True(File.Exists(Path.Combine(_folder.Path, "handler-myplugin", "Myplugin", "MypluginHandler.cs")));
        Assert.True(File.Exists(Path.Combine(_folder.Path, "deep", "er", "Myplugin", "MypluginClient.cs")));
    }

    [Fact]
    public async Task Generate_plugin_does_the_same_as_plugin_new_and_says_what_is_next()
    {
        var made = await RunAsync("plugin", "new", "proxy", "Acme.Audit", "--out", "one");
        var generated = await RunAsync("generate", "plugin", "proxy", "Acme.Audit", "-o", "two");

        Assert.Equal(AllTexts("one"), AllTexts("two"));
        Assert.Equal(made.Out.Replace("one", "two", StringComparison.Ordinal), generated.Out);
        Assert.StartsWith($"made acme.audit in {Path.Combine(_folder.Path, "one")}\n", made.Out, StringComparison.Ordinal);
        foreach (var next in new[] { "cd one", "dotnet build -c Release", "gateway plugin check Acme.Audit/bin/Release/net10.0/plugin/acme.audit --run", "gateway plugin test Acme.Audit/bin/Release/net10.0/plugin/acme.audit" })
            Assert.Contains($"  {next}\n", made.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_namespace_is_made_from_the_name_or_as_asked_for()
    {
        await RunAsync("plugin", "new", "backend", "Acme.Deep.Audit", "-o", "one");
        await RunAsync("plugin", "new", "backend", "Acme.Audit", "-o", "two", "--namespace", "qos/acme-audit");

        Assert.Contains("\"acme/deep/audit\"", File.ReadAllText(Path.Combine(_folder.Path, "one", "Acme.Deep.Audit", "plugin.json")), StringComparison.Ordinal);
        Assert.Contains("\"qos/acme-audit\"", File.ReadAllText(Path.Combine(_folder.Path, "two", "Acme.Audit", "plugin.json")), StringComparison.Ordinal);
    }

    [Theory, Spec("EXT-072")]
    [InlineData("unknown kind \"prxy\"; did you mean \"proxy\"?", "plugin", "new", "prxy", "Acme.Audit")]
    [InlineData("unknown kind \"../kinds/proxy\"", "plugin", "new", "../kinds/proxy", "Acme.Audit")]
    [InlineData("a kind and a name are needed", "plugin", "new", "proxy")]
    [InlineData("\"1st\" begins with no letter", "plugin", "new", "proxy", "Acme.1st")]
    [InlineData("\"\" begins with no letter", "plugin", "new", "proxy", "Acme..Audit")]
    [InlineData("\"../evil\" is no name of a plugin", "plugin", "new", "proxy", "../evil")]
    [InlineData("\"Acme.Büro\" is no name", "plugin", "new", "proxy", "Acme.Büro")]
    [InlineData("\"con\" is the name of a device", "plugin", "new", "proxy", "con")]
    [InlineData("it has more than 64 characters", "plugin", "new", "proxy", "Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm")]
    [InlineData("is no namespace", "plugin", "new", "proxy", "Acme.Audit", "--namespace", "a\"b")]
    [InlineData("\"proxy\" belongs to the gateway itself", "plugin", "new", "proxy", "Acme.Audit", "--namespace", "proxy")]
    [InlineData("plugins of the kind encoding handle no namespace", "plugin", "new", "encoding", "Acme.Audit", "--namespace", "acme/audit")]
    [InlineData("unknown type \"handlr\"; did you mean \"handler\"?", "plugin", "init", "-n", "x", "-t", "handlr")]
    [InlineData("--name is missing", "plugin", "init", "-t", "client")]
    [InlineData("\"my_-plugin-\" is no name", "plugin", "init", "-n", "my_-plugin-")]
    public async Task What_cannot_be_made_is_explained_and_nothing_is_written(string reason, params string[] args)
    {
        var run = await RunAsync(args);

        Assert.Equal(255, run.Status);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory, Spec("EXT-072")]
    [InlineData("plugin", "new", "proxy", "Acme.Audit", "-o", "taken")]
    [InlineData("plugin", "init", "-n", "x", "-o", "taken")]
    public async Task A_folder_that_is_not_empty_stays_as_it_is(params string[] args)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "taken")).FullName, ".hidden");
        File.WriteAllText(file, "mine");

        var run = await RunAsync(args);

        Assert.Equal((1, "ERROR taken is not empty; name another folder with --out\n"), (run.Status, run.Error));
        Assert.Equal([file], Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Skip(1));
    }

    [Fact]
    public async Task An_empty_folder_is_filled()
    {
        var run = await RunAsync("plugin", "new", "proxy", "Acme.Audit", "-o", ".");

        Assert.Equal(0, run.Status);
        Assert.True(File.Exists(Path.Combine(_folder.Path, ".gitignore")));
    }

    [Fact]
    public async Task The_help_names_every_kind()
    {
        var run = await RunAsync("plugin", "new", "--help");

        foreach (var kind in Kinds)
            Assert.Matches($"\n  {kind} +[a-z]", run.Out);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Finished> RunAsync(params string[] args) => Executable.RunInAsync(_folder.Path, null, args);

    private string[] AllTexts(string folder) =>
        [.. Directory.GetFiles(Path.Combine(_folder.Path, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(f => new[] { Path.GetRelativePath(Path.Combine(_folder.Path, folder), f), File.ReadAllText(f) })];

    // As the build does: the version and the range of the SDK are filled in.
    private async Task LoadsAsync(string folder, string project, string id)
    {
        var sources = Path.Combine(_folder.Path, folder, project);
        var built = Directory.CreateDirectory(Path.Combine(_folder.Path, "built", id)).FullName;
        File.WriteAllBytes(Path.Combine(built, project + ".dll"), PluginSmith.Assembly(project, [.. Directory.GetFiles(sources, "*.cs").Select(File.ReadAllText)]));
        foreach (var schema in Directory.GetFiles(sources, "*.schema.json"))
            File.Copy(schema, Path.Combine(built, Path.GetFileName(schema)));
        var manifest = File.ReadAllText(Path.Combine(sources, "plugin.json"));
        File.WriteAllText(Path.Combine(built, "plugin.json"), manifest.Replace("\"$(Version)\"", "\"1.0.0\", \"sdk\": \"[0.2,1.0)\"", StringComparison.Ordinal));

        var check = await Executable.RunAsync("plugin", "check", built, "--run");
        Assert.Equal((0, $"{built}: OK\n"), (check.Status, check.Out));
    }
}
