using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin remove</c>.</summary>
public sealed class RemoveTests : IDisposable
{
    private readonly TestPackage _packages = new();
    private readonly Folder _target = new();

    [Fact]
    public async Task A_plugin_is_removed_by_its_id_whatever_its_folder_is_called()
    {
        var kept = await InstallAsync("acme.y");
        Directory.Move(await InstallAsync("acme.x"), Path.Combine(_target.Path, "renamed"));

        var run = await RemoveAsync("acme.x");

        Assert.Equal((0, $"removed acme.x 1.0.0 from {_target.Path}\na running gateway keeps it until a reload: send it SIGHUP\n"), (run.Status, run.Out));
        Assert.Equal([kept], Directory.GetFileSystemEntries(_target.Path));
    }

    [Theory]
    [InlineData("acme.z", "no plugin in ")]
    [InlineData("acme.z", "did you mean \"acme.x\"?")]
    [InlineData("..", "has the id \"..\"")]
    [InlineData("/", "has the id \"/\"")]
    [InlineData("deep", "has the id \"deep\"")]
    [InlineData("broken", "has the id \"broken\"")]
    [InlineData("ACME.X", "did you mean \"acme.x\"?")]
    public async Task What_is_no_id_of_a_direct_sub_folder_removes_nothing(string id, string reason)
    {
        await InstallAsync("acme.x");
        Directory.Move(await InstallAsync("deep"), Path.Combine(Directory.CreateDirectory(Path.Combine(_target.Path, "no-plugin")).FullName, "deep"));
        File.WriteAllText(Path.Combine(await InstallAsync("broken"), "plugin.json"), "{");
        var before = Directory.GetFileSystemEntries(_target.Path, "*", SearchOption.AllDirectories).Order();

        var run = await RemoveAsync(id);

        Assert.Equal(1, run.Status);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_target.Path, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task Two_plugins_of_one_id_are_both_named_and_kept()
    {
        var first = await InstallAsync("acme.x");
        Directory.Move(first, Path.Combine(_target.Path, "other"));
        Directory.CreateDirectory(first);
        File.Copy(Path.Combine(_target.Path, "other", "plugin.json"), Path.Combine(first, "plugin.json"));

        var run = await RemoveAsync("acme.x");

        Assert.Equal(1, run.Status);
        Assert.Contains($"several plugins have the id acme.x: {first}, {Path.Combine(_target.Path, "other")}", run.Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(first));
    }

    [Fact]
    public async Task A_link_is_removed_and_not_what_it_leads_to()
    {
        var folder = _packages.Plugin();
        Directory.CreateSymbolicLink(Path.Combine(_target.Path, "acme.x"), folder);

        var run = await RemoveAsync("acme.x");

        Assert.Equal(0, run.Status);
        Assert.Empty(Directory.GetFileSystemEntries(_target.Path));
        Assert.True(File.Exists(Path.Combine(folder, "plugin.json")));
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_said()
    {
        var run = await Executable.RunAsync("plugin", "remove", "acme.x", "--from", "/nowhere");

        Assert.Equal((1, "ERROR /nowhere is no folder\n"), (run.Status, run.Error));
    }

    public void Dispose()
    {
        _packages.Dispose();
        _target.Dispose();
    }

    private Task<Finished> RemoveAsync(string id) => Executable.RunAsync("plugin", "remove", id, "--from", _target.Path);

    private async Task<string> InstallAsync(string id)
    {
        var run = await Executable.RunAsync("plugin", "install", _packages.Plugin(id), "--to", _target.Path);
        Assert.Equal(0, run.Status);
        return Path.Combine(_target.Path, id);
    }
}
