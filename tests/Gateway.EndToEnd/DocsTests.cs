using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>
/// The documentation is true: every configuration in it loads (or is refused where it says so), and every command line with a shown
/// output gives that output. A line <c>…</c> in an output stands for any lines. Manifests (<c>json manifest</c>) and schemas
/// (<c>json schema</c>) can be used, and what follows them on their page finds that plugin installed, without code, in <c>plugins</c>.
/// Blocks of a kind such as <c>json file settings/urls.json</c> are files that lie there for the document in front of them and the commands
/// that follow, up to the next whole document. Blocks of the kind <c>console</c> show what needs more: a network, a build, a running gateway.
/// </summary>
public sealed partial class DocsTests : IClassFixture<DemoFixture>
{
    private readonly DemoFixture _demo;

    public DocsTests(DemoFixture demo) => _demo = demo;

    public static TheoryData<string> Files => [.. Pages()];

    public static TheoryData<string> Linking => [.. Pages()
        .Concat(Directory.GetDirectories(Path.Combine(Executable.Repository, "plugins")).Select(static d => Path.Combine(d, "README.md")).Where(File.Exists)
            .Select(static f => Path.GetRelativePath(Executable.Repository, f)))
        .Append(Path.Combine("plugins", "README.md")).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Examples => [.. Directory.GetFiles(Path.Combine(Executable.Repository, "examples"), "*.json", SearchOption.AllDirectories)
        .Select(static f => Path.GetRelativePath(Executable.Repository, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_example_of_the_documentation_works(string file)
    {
        string? configuration = null;
        DocsBlock? previous = null;
        var plugin = new DocsPlugin();
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var blocks = DocsBlock.Of(Path.Combine(Executable.Repository, file)).ToArray();
        for (var i = 0; i < blocks.Length; i++)
        {
            var block = blocks[i];
            if (block.FileName is { } name)
                files[name] = block.Text;
            else if (block.Kind == "json manifest")
                plugin.TakeManifest(block.Text, $"{file}:{block.Line}");
            else if (block.Kind == "json schema")
                plugin.TakeSchema(block.Text, $"{file}:{block.Line}");
            else if (block.Kind.StartsWith("json", StringComparison.Ordinal))
            {
                var whole = Whole(block.Text);
                var beside = blocks.Skip(i + 1).TakeWhile(static b => b.FileName is not null || !b.Kind.StartsWith("json", StringComparison.Ordinal)).Where(static b => b.FileName is not null);
                await LoadsAsync(whole, block.Kind == "json", $"{file}:{block.Line}", plugin, beside);
                configuration = whole;
                files.Clear();
            }
            else if (block.Kind is "yaml" or "toml" or "hcl" or "properties")
            {
                await LoadsAsync(block.Text, true, $"{file}:{block.Line}", plugin, [], block.Kind);
            }
            else if (block.Kind == "text" && block.FollowsPrevious && previous is { Kind: "sh" })
            {
                var output = await RunAsync(previous.Text, configuration, plugin, files);
                Assert.True(Matches(block.Text, output), $"{file}:{block.Line}: {previous.Text}\nsays\n{output}\n--- and not\n{block.Text}");
            }
            previous = block;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Every_example_configuration_is_valid(string file)
    {
        var run = await Executable.RunAsync("check", "--strict", "-c", Path.Combine(Executable.Repository, file));

        Assert.Equal((0, true), (run.Status, run.Error.EndsWith("Syntax OK!\n", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Linking))]
    public void Every_link_inside_the_repository_leads_somewhere(string file)
    {
        var full = Path.Combine(Executable.Repository, file);
        foreach (Match link in Link().Matches(File.ReadAllText(full)))
        {
            var target = link.Groups[1].Value;
            if (target.Contains("://", StringComparison.Ordinal))
                continue;
            var parts = target.Split('#');
            var path = parts[0].Length == 0 ? full : Path.Combine(Path.GetDirectoryName(full)!, parts[0]);
            Assert.True(Path.Exists(path), $"{file} links to {target}");
            Assert.True(parts.Length == 1 || Anchors(path).Contains(parts[1]), $"{file} links to {target}, which has no such heading");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_command_line_that_is_shown_has_flags_that_exist(string file)
    {
        var commands = DocsBlock.Of(Path.Combine(Executable.Repository, file)).Where(static b => b.Kind is "sh" or "console")
            .SelectMany(static b => CommandLine().Matches(b.Text.Replace("\\\n", " ", StringComparison.Ordinal)));
        foreach (var command in commands)
        {
            var help = await Executable.RunAsync([.. command.Groups["name"].Value.Split(' '), "--help"]);
            Assert.True(help.Status == 0, $"{file}: {command.Value}: {help.Error}");
            foreach (Match flag in Flag().Matches(Quoted().Replace(command.Groups["rest"].Value, "")))
                Assert.True(Regex.IsMatch(help.Out + help.Error, $@"(?<![\w-]){flag.Value}(?![\w-])"), $"{file}: {command.Value}: there is no flag {flag.Value}");
        }
    }

    [Fact]
    public void Every_room_of_the_architecture_exists_and_every_plugin_is_a_room()
    {
        var rooms = File.ReadLines(Path.Combine(Executable.Repository, "docs", "architecture.md")).Where(static l => l.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(static l => Room().Matches(l.Split('|')[1]).Select(static m => m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

        Assert.All(rooms, static room => Assert.True(Directory.Exists(Path.Combine(Executable.Repository, room)), $"{room} is no folder"));
        Assert.All(Directory.GetDirectories(Path.Combine(Executable.Repository, "plugins")).Where(static d => File.Exists(Path.Combine(d, "plugin.json"))),
            plugin => Assert.Contains($"plugins/{Path.GetFileName(plugin)}", rooms));
    }

    private static IEnumerable<string> Pages()
    {
        var docs = Path.Combine(Executable.Repository, "docs");
        return Directory.GetFiles(docs, "*.md").Concat(Directory.GetFiles(Path.Combine(docs, "plugins"), "*.md", SearchOption.AllDirectories))
            .Select(static f => Path.GetRelativePath(Executable.Repository, f)).Append("README.md").Order(StringComparer.Ordinal);
    }

    private static HashSet<string> Anchors(string file) =>
        [.. File.ReadLines(file).Where(static l => l.StartsWith('#')).Select(static l => string.Concat(l.TrimStart('#').Trim().ToLowerInvariant()
            .Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-'))];

    // A part of a document is put into the smallest document that it can stand in.
    private static string Whole(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.TryGetProperty("endpoint", out _))
            return $$"""{"version":3,"endpoints":[{{json}}]}""";
        return root.TryGetProperty("url_pattern", out _) ? $$"""{"version":3,"endpoints":[{"endpoint":"/example","backend":[{{json}}]}]}""" : json;
    }

    private static async Task LoadsAsync(string text, bool expected, string place, DocsPlugin plugin, IEnumerable<DocsBlock> files, string format = "json")
    {
        using var folder = new Folder();
        plugin.InstallIn(folder);
        foreach (var file in files)
            folder.Write(file.FileName!, file.Text + "\n");
        var run = await Executable.RunInAsync(folder.Path, null, ["check", "--plugins", Path.Combine(folder.Path, DocsPlugin.Folder), .. plugin.WithoutCode, "-c", folder.Write("krakend." + format, text)]);

        Assert.True(run.Status == (expected ? 0 : 1), $"{place}: {run.Error}");
        Assert.False(expected && run.Error.Contains("has no effect", StringComparison.Ordinal), $"{place}: {run.Error}");
    }

    private async Task<string> RunAsync(string command, string? configuration, DocsPlugin plugin, Dictionary<string, string> files)
    {
        using var folder = new Folder();
        plugin.InstallIn(folder);
        if (configuration is not null)
            folder.Write("krakend.json", configuration);
        foreach (var (name, text) in files)
            folder.Write(name, text + "\n");
        // The plugin of the page has no code here; what is said about that is not the page's.
        if (command.StartsWith("gateway check ", StringComparison.Ordinal))
            return RunsWithout().Replace(await ShellAsync(string.Join(' ', plugin.WithoutCode.Prepend(command)), folder), "");
        if (!command.StartsWith("curl ", StringComparison.Ordinal))
            return await ShellAsync(command, folder);
        if (configuration is null)
            return await ShellAsync(ForPort(command, _demo.Gateway.Port), folder);

        await using var gateway = await RunningGateway.RunAsync(folder, configuration.Replace("http://127.0.0.1:8081", _demo.Services, StringComparison.Ordinal));
        return await ShellAsync(ForPort(command, gateway.Port), folder);
    }

    private static string ForPort(string command, int port) => command.Replace("localhost:8080", $"127.0.0.1:{port}", StringComparison.Ordinal);

    private static async Task<string> ShellAsync(string command, Folder folder)
    {
        var path = new Dictionary<string, string> { ["PATH"] = $"{Path.GetDirectoryName(Executable.Path)}:{Environment.GetEnvironmentVariable("PATH")}" };
        using var process = Executable.Start("sh", folder.Path, path, "-c", command);
        var run = await Executable.FinishAsync(process);
        return (run.Error + run.Out).Replace("\r", "", StringComparison.Ordinal).TrimEnd('\n');
    }

    private static bool Matches(string shown, string output) =>
        Regex.IsMatch(output + "\n", "^" + string.Concat(shown.Split('\n').Select(static line => line == "…" ? "(.*\n)*?" : Regex.Escape(line) + "\n")) + "$");

    [GeneratedRegex(@"^(\$ )?gateway (?<name>plugin [a-z]+|[a-z-]+)(?<rest>.*)$", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^WARNING [^\n]* runs without [^\n]*\n(  [^\n]*\|[^\n]*\n)*", RegexOptions.Multiline)]
    private static partial Regex RunsWithout();

    [GeneratedRegex("'[^']*'|\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("(?<= )--?[a-z][a-z-]*")]
    private static partial Regex Flag();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Room();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
