using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin list</c>.</summary>
public sealed class PluginListTests : IDisposable
{
    private readonly PluginSmith _smith = new();
    private readonly PluginSmith _other = new();

    [Fact]
    public async Task Shows_what_is_used_hidden_and_broken()
    {
        Make(_smith, "acme.x");
        Make(_smith, "acme.idle");
        Make(_other, "acme.x");
        File.WriteAllText(Path.Combine(Make(_other, "acme.bad"), "plugin.json"), "{");
        var config = Path.Combine(_smith.Folder, "krakend.json");
        File.WriteAllText(config, """{"version":3,"endpoints":[{"endpoint":"/a","extra_config":{"acme.x/ns":{}},"backend":[{"host":["http://localhost"],"url_pattern":"/"}]}]}""");

        var run = await Executable.RunAsync("plugin", "list", "--plugins", _smith.Folder, "--plugins", _other.Folder, "-c", config, "--format", "json");

        var plugins = JsonNode.Parse(run.Out)!["plugins"]!.AsArray().ToDictionary(static p => p!["path"]!.GetValue<string>());
        Assert.Equal(0, run.Status);
        var used = plugins[Path.Combine(_smith.Folder, "acme.x")]!;
        var hidden = plugins[Path.Combine(_other.Folder, "acme.x")]!;
        Assert.Equal("endpoints[0].extra_config.acme.x/ns", used["used_for"]![0]!.GetValue<string>());
        Assert.Equal(hidden["path"]!.GetValue<string>(), used["hides"]![0]!.GetValue<string>());
        Assert.Equal(("hidden", used["path"]!.GetValue<string>()), (hidden["state"]!.GetValue<string>(), hidden["hidden_by"]!.GetValue<string>()));
        Assert.Equal("ok", plugins[Path.Combine(_smith.Folder, "acme.idle")]!["state"]!.GetValue<string>());
        var broken = plugins[Path.Combine(_other.Folder, "acme.bad")]!;
        Assert.Equal("broken", broken["state"]!.GetValue<string>());
        Assert.NotEmpty(broken["reasons"]!.AsArray());
    }

    [Fact]
    public async Task Columns_are_aligned_and_plain_when_nobody_watches()
    {
        Make(_smith, "a");
        Make(_smith, "a.much.longer.id");

        var run = await Executable.RunAsync("plugin", "list", "--plugins", _smith.Folder);

        // Others lie beside the executable.
        var lines = run.Out.Split('\n').Where(l => l.StartsWith("ID ", StringComparison.Ordinal) || l.Contains(_smith.Folder, StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, lines.Length);
        Assert.Single(lines.Select(static l => Math.Max(l.IndexOf("1.0.0", StringComparison.Ordinal), l.IndexOf("VERSION", StringComparison.Ordinal))).Distinct());
        Assert.DoesNotContain('\e', run.Out);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_an_error()
    {
        var run = await Executable.RunAsync("plugin", "list", "--plugins", "/nowhere");

        Assert.Equal(1, run.Status);
        Assert.Contains("/nowhere: --plugins: no such folder", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plugin")]
    [InlineData("help", "plugin")]
    [InlineData("plugin", "--help")]
    public async Task The_group_explains_its_commands(params string[] args)
    {
        var run = await Executable.RunAsync(args);

        Assert.Equal((0, ""), (run.Status, run.Error));
        Assert.Contains("  list ", run.Out, StringComparison.Ordinal);
        Assert.Contains("  check ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_of_the_group_is_named_with_the_nearest_one()
    {
        var run = await Executable.RunAsync("plugin", "chekc");

        Assert.Equal(255, run.Status);
        Assert.Contains("unknown command \"chekc\" for \"gateway plugin\"", run.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean this?\n\tcheck\n", run.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _smith.Dispose();
        _other.Dispose();
    }

    private static string Make(PluginSmith smith, string id) =>
        smith.Make(id, PluginSmith.ProxyPlugin($"{id}/ns", "return await next(request, ct);"), [$"endpoint/proxy {id}/ns"]);
}
