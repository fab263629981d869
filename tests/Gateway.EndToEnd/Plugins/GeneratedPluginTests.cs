using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary>Generated plugins, built as they are against a package of the SDK.</summary>
public sealed class GeneratedPluginTests(GeneratedPlugins plugins) : IClassFixture<GeneratedPlugins>
{
    public static IEnumerable<object[]> Types => GeneratedPlugins.Types.Select(static t => new object[] { t.Type, t.Flag });

    public static TheoryData<string> Kinds => [.. GeneratedPlugins.Kinds];

    [Theory, Spec("EXT-070", "EXT-071")]
    [MemberData(nameof(Types))]
    public async Task Builds_and_passes_the_tests_of_its_type(string type, string flag)
    {
        var plugin = plugins.Of($"{type}-mine/mine");

        var test = await Executable.RunAsync("test-plugin", flag, plugin);
        var check = await Executable.RunAsync("plugin", "check", plugin, "--run");
        Assert.StartsWith("[OK] ", test.Out, StringComparison.Ordinal);
        Assert.Equal((0, $"{plugin}: OK\n"), (test.Status + check.Status, check.Out));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_other_kind_builds_and_has_no_findings(string kind)
    {
        var plugin = plugins.Of($"{kind}/Contoso.Mine");

        var check = await Executable.RunAsync("plugin", "check", plugin, "--run");
        Assert.Equal((0, $"{plugin}: OK\n"), (check.Status, check.Out));
    }
}

/// <summary>A plugin of each type and kind, generated one by one and built together.</summary>
public sealed class GeneratedPlugins : IAsyncLifetime
{
    /// <summary>Types of <c>plugin init</c>, and the flag of <c>test-plugin</c> for each.</summary>
    internal static readonly (string Type, string Flag)[] Types = [("handler", "-s"), ("client", "-c"), ("modifier", "-m"), ("middleware", "-w")];

    /// <summary>Kinds of <c>plugin new</c>.</summary>
    internal static readonly string[] Kinds = ["server", "endpoint", "proxy", "backend", "executor", "client", "encoding"];

    private readonly SdkFeed _feed = new();
    private readonly Folder _folder = new();

    /// <summary>The folder of a plugin as it was built.</summary>
    public string Of(string project) => Assert.Single(Directory.GetDirectories(Path.Combine(_folder.Path, project, "bin", "Release", "net10.0", "plugin")));

    public async Task InitializeAsync()
    {
        await _feed.InitializeAsync();
        var projects = new List<string>();
        foreach (var (type, _) in Types)
        {
            await Executable.RunInAsync(_folder.Path, null, "plugin", "init", "-n", "mine", "-t", type);
            projects.Add($"{type}-mine/mine");
        }
        foreach (var kind in Kinds)
        {
            await Executable.RunInAsync(_folder.Path, null, "plugin", "new", kind, "Contoso.Mine", "-o", kind);
            projects.Add($"{kind}/Contoso.Mine");
        }
        var items = projects.Select(project => $"<Plugin Include=\"{Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, project), "*.csproj"))}\" />");
        _folder.Write("all.proj", $"""
            <Project DefaultTargets="Build">
              <ItemGroup>{string.Concat(items)}</ItemGroup>
              <Target Name="Restore"><MSBuild Projects="@(Plugin)" Targets="Restore" BuildInParallel="true" /></Target>
              <Target Name="Build"><MSBuild Projects="@(Plugin)" BuildInParallel="true" /></Target>
            </Project>
            """);
        await _feed.DotnetAsync(_folder.Path, "build", "all.proj", "-c", "Release", $"-p:RestoreSources={_feed.Path}", $"-p:RestorePackagesPath={Path.Combine(_folder.Path, "packages")}");
    }

    public async Task DisposeAsync()
    {
        _folder.Dispose();
        await _feed.DisposeAsync();
    }
}

/// <summary>A folder with a package of the SDK as it is now.</summary>
public sealed class SdkFeed : IAsyncLifetime
{
    private readonly Folder _folder = new();

    /// <summary>The folder.</summary>
    public string Path => _folder.Path;

    public Task InitializeAsync() => DotnetAsync(System.IO.Path.Combine(Executable.Repository, "sdk", "KrakenPlugins.Sdk"), "pack", "-c", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "-o", Path);

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Runs the .NET command line without servers that outlive it.</summary>
    internal async Task DotnetAsync(string folder, params string[] args)
    {
        using var process = Executable.Start("dotnet", folder, new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_UI_LANGUAGE"] = "en" }, [.. args, "-v", "q", "--nologo", "-p:UseSharedCompilation=false"]);
        var run = await Executable.FinishAsync(process);
        Assert.True(run.Status == 0, run.Out + run.Error);
    }
}
