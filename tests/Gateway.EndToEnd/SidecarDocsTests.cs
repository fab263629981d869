using System.Text.RegularExpressions;
using Gateway.EndToEnd.Plugins;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>
/// The walk-throughs of docs/plugins/sidecars.md, as somebody would follow them: in each section the files that it shows are those that the commands
/// before them made, or are written, and every command of a <c>console</c> block is run in order and says what is shown below it.
/// </summary>
public sealed class SidecarDocsTests(DemoFixture demo, SidecarFeed feed) : IClassFixture<DemoFixture>, IClassFixture<SidecarFeed>
{
    private static readonly string s_page = Path.Combine(Executable.Repository, "docs", "plugins", "sidecars.md");

    [Theory, Spec("GRP-278")]
    [InlineData("JavaScript")]
    [InlineData("Python")]
    [InlineData("C# by one word")]
    [InlineData("C# as a program")]
    public async Task A_walk_through_leads_where_it_says(string heading)
    {
        await using var walk = new DocsWalk(demo.Services);
        feed.Announce(walk.Folder);
        walk.Folder.Write("krakend.json", Configuration("krakend.json"));

        foreach (var block in SectionOf(heading))
        {
            if (block.FileName is { } name)
                walk.Meet(name, block.Text, $"sidecars.md:{block.Line}");
            else if (block.Kind == "console")
                await walk.RunAsync(block.Text, $"sidecars.md:{block.Line}");
        }

        Assert.True(walk.Answers > 0, "the walk-through asked the gateway for nothing");
    }

    [Fact, Spec("GRP-278")]
    public async Task The_operators_attributes_are_those_that_the_gateway_reads()
    {
        using var plugin = new SidecarFolder(["sh", "run.sh"], static m => (m["id"], m["namespaces"]![0]!["name"]) = ("acme.greeting", "acme/greeting"));
        plugin.Write("run.sh", "");
        var file = Path.Combine(plugin.Parent, "operator.json");
        await File.WriteAllTextAsync(file, Configuration("operator.json"));

        var check = await Executable.RunAsync("check", "--lint", "--plugins", plugin.Path, "--allow-missing", "acme/greeting", "-c", file);

        Assert.True(check.Status == 0, check.Error);
        Assert.DoesNotContain("sidecars", check.Error, StringComparison.Ordinal);
    }

    private static string Configuration(string name) => DocsBlock.Of(s_page).First(b => b.FileName == name).Text;

    private static IEnumerable<DocsBlock> SectionOf(string heading)
    {
        var lines = File.ReadAllLines(s_page);
        var start = Array.IndexOf(lines, "## " + heading);
        var end = Array.FindIndex(lines, start + 1, static line => line.StartsWith("## ", StringComparison.Ordinal));
        Assert.True(start >= 0 && end > start, $"there is no section {heading}");
        return DocsBlock.Of(s_page).Where(b => b.Line > start && b.Line <= end && b.FileName != "krakend.json");
    }
}

/// <summary>Packages of the SDK for projects that somebody makes by the documentation.</summary>
public sealed class SidecarFeed : IAsyncLifetime
{
    private readonly SdkFeed _feed = new();

    public async Task InitializeAsync()
    {
        await _feed.InitializeAsync();
        foreach (var project in new[] { "KrakenPlugins.Grpc", "KrakenPlugins.Sidecar" })
            await _feed.DotnetAsync(Path.Combine(Executable.Repository, "sdk", project), "pack", "-c", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "-o", _feed.Path);
    }

    public Task DisposeAsync() => _feed.DisposeAsync();

    /// <summary>Lets projects below a folder find them, and keep what they take apart from other projects.</summary>
    internal void Announce(Folder folder) => folder.Write("nuget.config", $"""
        <configuration>
          <config><add key="globalPackagesFolder" value="{Path.Combine(folder.Path, ".packages")}" /></config>
          <packageSources><add key="walk" value="{_feed.Path}" /></packageSources>
        </configuration>
        """);
}

/// <summary>Somebody who follows a walk-through.</summary>
/// <param name="services">Where the services of the demo are.</param>
internal sealed partial class DocsWalk(string services) : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private RunningGateway? _gateway;
    private string _at = "";

    /// <summary>Where it begins.</summary>
    public Folder Folder { get; } = new();

    /// <summary>Answers that the gateway gave.</summary>
    public int Answers { get; private set; }

    /// <summary>Compares a file with what is shown, or writes it when nobody made it.</summary>
    public void Meet(string name, string text, string place)
    {
        var path = Path.Combine(Folder.Path, name);
        if (File.Exists(path))
            Assert.Equal($"{place}\n{text}\n", $"{place}\n{File.ReadAllText(path)}");
        else
            Folder.Write(name, text + "\n");
    }

    /// <summary>Runs the commands of a block one after the other.</summary>
    public async Task RunAsync(string block, string place)
    {
        foreach (var part in block.Split("\n$ ").Select(static (p, i) => i == 0 ? p[2..] : p))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            var (command, shown) = end < 0 ? (part, "") : (part[..end], part[(end + 1)..]);
            if (command.StartsWith("cd ", StringComparison.Ordinal))
                _at = Path.Combine(_at, command[3..]);
            else if (command.StartsWith("gateway run ", StringComparison.Ordinal))
                await StartAsync(command["gateway run ".Length..]);
            else
                await SayAsync(command, shown, place);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        Folder.Dispose();
    }

    private string Here => Path.GetFullPath(Path.Combine(Folder.Path, _at));

    private async Task StartAsync(string arguments)
    {
        var file = Path.Combine(Folder.Path, "krakend.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("http://localhost:8081", services, StringComparison.Ordinal));
        _gateway = await RunningGateway.StartAsync(Here, ["run", .. arguments.Split(' ')], SidecarProjects.Environment);
    }

    private async Task SayAsync(string command, string shown, string place)
    {
        if (command.StartsWith("curl ", StringComparison.Ordinal))
        {
            command = command.Replace("localhost:8080", $"127.0.0.1:{_gateway!.Port}", StringComparison.Ordinal);
            Answers++;
        }
        // A build server would outlive the test.
        var environment = new Dictionary<string, string>(SidecarProjects.Environment) { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false", ["DOTNET_CLI_UI_LANGUAGE"] = "en", ["DOTNET_NOLOGO"] = "1" };
        using var process = Executable.Start("sh", Here, environment, "-c", command);
        var run = await Executable.FinishAsync(process, s_limit);
        var output = Measured().Replace((run.Error + run.Out).Replace("\r", "", StringComparison.Ordinal).Replace(Folder.Path, "/home/ann", StringComparison.Ordinal), "#");
        Assert.True(run.Status == 0, $"{place}: {command}\n{run.Out}{run.Error}{_gateway?.Error}");
        if (shown.Length > 0)
            Assert.True(Matches(Measured().Replace(shown, "#"), output.TrimEnd('\n')), $"{place}: {command}\nsays\n{output}\n--- and not\n{shown}");
    }

    private static bool Matches(string shown, string output) =>
        Regex.IsMatch(output + "\n", "^" + string.Concat(shown.Split('\n').Select(static line => line == "…" ? "(.*\n)*?" : Regex.Escape(line) + "\n")) + "$");

    // What differs from one run to the next.
    [GeneratedRegex(@"\d+(\.\d+)? (ns|µs|ms|bytes)\b")]
    private static partial Regex Measured();
}
