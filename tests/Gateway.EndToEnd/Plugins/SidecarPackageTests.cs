using System.Runtime.Versioning;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin pack</c>, <c>plugin install</c> and <c>plugin remove</c> with plugins that run as processes of their own.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SidecarPackageTests : IDisposable
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Folder _folder = new();

    [Theory, Spec("GRP-275")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_stays_one_on_its_way_through_a_package_and_out_of_a_folder(bool isPacked)
    {
        using var plugin = new SidecarFolder(["./run"]);
        plugin.Write("run", "#!/bin/sh\n", isProgram: true);
        plugin.Write("data/text", "no program");
        File.SetUnixFileMode(plugin.Write("set", "", isProgram: true), UnixFileMode.SetUser | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute);
        var source = plugin.Path;
        if (isPacked)
        {
            source = Path.Combine(_folder.Path, "x.nupkg");
            var pack = await Executable.RunAsync("plugin", "pack", plugin.Path, "--out", source);
            Assert.Equal((0, ""), (pack.Status, pack.Error));
        }

        var install = await Executable.RunAsync("plugin", "install", source, "--to", _folder.Path);
        var place = Path.Combine(_folder.Path, "acme.side");
        var check = await Executable.RunAsync("plugin", "check", place);

        Assert.Equal((0, ""), (install.Status, install.Error));
        Assert.Equal((0, $"{place}: OK\n"), (check.Status, check.Out));
        Assert.NotEqual(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(place, "run")) & UnixFileMode.UserExecute);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(place, "set")) & UnixFileMode.SetUser);
        Assert.All(["plugin.json", "data/text"], file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(place, file)) & Execute));

        var remove = await Executable.RunAsync("plugin", "remove", "acme.side", "--from", _folder.Path);
        Assert.Equal((0, false), (remove.Status, Directory.Exists(place)));
    }

    [Fact, Spec("GRP-275")]
    public async Task A_script_that_nobody_vouches_for_is_not_installed()
    {
        using var plugin = new SidecarFolder(["sh", "run.sh"], static m => m["hashes"] = new System.Text.Json.Nodes.JsonObject { ["run.sh"] = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" });
        plugin.Write("run.sh", "");
        plugin.Write("extra.py", "");

        var install = await Executable.RunAsync("plugin", "install", plugin.Path, "--to", _folder.Path, "--force");

        Assert.Equal(1, install.Status);
        Assert.Contains("\"extra.py\" is not among the hashes of plugin.json", install.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
