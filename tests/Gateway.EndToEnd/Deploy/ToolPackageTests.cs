using System.Text.Json.Nodes;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>The tool of <c>dotnet tool install</c>: packed, installed into a folder, used.</summary>
[Collection(PublishedCollection.Name)]
public sealed class ToolPackageTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_tool_is_installed_from_its_package_and_brings_its_plugins()
    {
        // What an earlier publication left in the folder that the package is made of.
        var left = Path.Combine(Executable.Repository, "core", "Gateway", "bin", PublishedGateway.Configuration, "net10.0", "publish", "plugins", "left", "plugin.json");
        Directory.CreateDirectory(Path.GetDirectoryName(left)!);
        await File.WriteAllTextAsync(left, "{}");

        await PublishedGateway.RunAsync("dotnet", Executable.Repository, "pack", "core/Gateway", "-c", PublishedGateway.Configuration, "-v", "q", "--nologo", "-o", Path.Combine(_folder.Path, "feed"));
        await InstallAsync();

        Assert.Contains(DeployFiles.Version, await ToolAsync("version"), StringComparison.Ordinal);
        var plugins = JsonNode.Parse(await ToolAsync("plugin", "list", "--format", "json"))!["plugins"]!.AsArray();
        Assert.Equal(BundledPlugins(), plugins.Select(static p => p!["id"]!.GetValue<string>()).Order());
        Assert.All(plugins, p => Assert.StartsWith(_folder.Path, p!["path"]!.GetValue<string>(), StringComparison.Ordinal));
        await ToolAsync("check", "-n", "-c", _folder.Write("krakend.json", """
            {"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/",
             "extra_config":{"modifier/martian":{"header.Modifier":{"scope":["request"],"name":"X-A","value":"b"}}}}]}]}
            """));
    }

    // One feed and a folder for packages, so that no package of that version gets where other builds look.
    private async Task InstallAsync()
    {
        _folder.Write("NuGet.config", $"""<configuration><packageSources><clear /><add key="local" value="{Path.Combine(_folder.Path, "feed")}" /></packageSources></configuration>""");
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "packages"), ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" };
        using var install = Executable.Start("dotnet", _folder.Path, environment, "tool", "install", "KrakenPlugins.Gateway", "--version", DeployFiles.Version, "--tool-path", Path.Combine(_folder.Path, "tools"));
        var done = await Executable.FinishAsync(install, TimeSpan.FromMinutes(2));
        Assert.True(done.Status == 0, done.Out + done.Error);
    }

    private Task<string> ToolAsync(params string[] args) => PublishedGateway.RunAsync(Path.Combine(_folder.Path, "tools", "gateway"), _folder.Path, args);

    private static IEnumerable<string> BundledPlugins() =>
        Directory.GetFiles(Path.Combine(Executable.Repository, "plugins"), "plugin.json", SearchOption.AllDirectories)
            .Where(static f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal))
            .Select(static f => JsonNode.Parse(File.ReadAllText(f))!["id"]!.GetValue<string>())
            .Order();
}
