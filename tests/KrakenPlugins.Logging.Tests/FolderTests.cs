using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The plugin as it is installed: a folder that the gateway finds and loads.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"plugins-{Guid.NewGuid():N}");

    public FolderTests()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "logging")).FullName;
        foreach (var file in Directory.GetFiles(PluginFolder.Path))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact, Spec("OBS-010", "OBS-029", "OBS-021", "OBS-012")]
    public async Task It_is_found_loaded_and_replaced_and_its_lines_come_first()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        await using var gateway = await TestGateway.StartAsync(Config("one"), upstream.Host, new TestGatewayOptions { PluginFolders = [_root] });
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("one access /a");
        await gateway.ReloadAsync(Config("two"));
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("two access /a");

        var lines = gateway.Log.Split('\n');
        Assert.Equal("one DEBUG [SERVICE: telemetry/logging] Improved logging started.", lines[0]);
        Assert.StartsWith("one INFO Starting ", lines[1], StringComparison.Ordinal);
        Assert.Single(lines, static l => l == "one backend /a");
        Assert.Single(lines, static l => l == "two backend /a");
        Assert.DoesNotContain(lines, static l => l.Contains("ERROR", StringComparison.Ordinal) || l.Contains(" KRAKEND ", StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-030")]
    public async Task A_backend_alone_brings_it_in()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        await using var gateway = await TestGateway.StartAsync(
            Logged.Config("", """{"endpoint":"/a","backend":[{"url_pattern":"/a","extra_config":{"telemetry/logging":{"custom_format":"own %{path}"}}}]}"""),
            upstream.Host, new TestGatewayOptions { PluginFolders = [_root] });
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("\nown /a\n");
    }

    private static string Config(string name) => Logged.Config($$"""
        "telemetry/logging":{"level":"DEBUG","stdout":true,"format":"custom","custom_format":"{{name}} %{level} %{message}",
          "access_log_format":"custom","access_log_custom_format":"{{name}} access %{path}\n","backend":{"custom_format":"{{name}} backend %{path}"} }
        """);
}
