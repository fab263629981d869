using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary>Generated plugins, built as they are against a package of the SDK.</summary>
public sealed class GeneratedPluginTests(SdkFeed feed) : IClassFixture<SdkFeed>, IDisposable
{
    private readonly Folder _folder = new();

    [Theory, Spec("EXT-070", "EXT-071")]
    [InlineData("handler", "-s")]
    [InlineData("client", "-c")]
    [InlineData("modifier", "-m")]
    [InlineData("middleware", "-w")]
    public async Task Builds_and_passes_the_tests_of_its_type(string type, string flag)
    {
        await Executable.RunInAsync(_folder.Path, null, "plugin", "init", "-n", "mine", "-t", type);

        var plugin = await BuildAsync($"{type}-mine/mine");

        var test = await Executable.RunAsync("test-plugin", flag, plugin);
        var check = await Executable.RunAsync("plugin", "check", plugin, "--run");
        Assert.StartsWith("[OK] ", test.Out, StringComparison.Ordinal);
        Assert.Equal((0, $"{plugin}: OK\n"), (test.Status + check.Status, check.Out));
    }

    [Theory]
    [InlineData("server")]
    [InlineData("endpoint")]
    [InlineData("proxy")]
    [InlineData("backend")]
    [InlineData("executor")]
    [InlineData("client")]
    [InlineData("encoding")]
    public async Task Every_other_kind_builds_and_has_no_findings(string kind)
    {
        await Executable.RunInAsync(_folder.Path, null, "plugin", "new", kind, "Contoso.Mine", "-o", "x");

        var plugin = await BuildAsync("x/Contoso.Mine");

        var check = await Executable.RunAsync("plugin", "check", plugin, "--run");
        Assert.Equal((0, $"{plugin}: OK\n"), (check.Status, check.Out));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> BuildAsync(string project)
    {
        await feed.DotnetAsync(Path.Combine(_folder.Path, project), "build", "-c", "Release", $"-p:RestoreSources={feed.Path}", $"-p:RestorePackagesPath={Path.Combine(_folder.Path, "packages")}");
        return Assert.Single(Directory.GetDirectories(Path.Combine(_folder.Path, project, "bin", "Release", "net10.0", "plugin")));
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
