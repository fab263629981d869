using System.Runtime.Versioning;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin install</c> of files and folders.</summary>
public sealed class InstallTests : IDisposable
{
    private const string Hint = "a running gateway takes it up with a reload: send it SIGHUP\n";

    private readonly TestPackage _packages = new();
    private readonly Folder _target = new();

    [Fact]
    public async Task What_was_packed_is_installed_and_replaced()
    {
        var first = await PackAsync("1.1.0");
        var second = await PackAsync("1.2.0");

        var installed = await InstallAsync(first);
        var replaced = await InstallAsync(second);

        Assert.Equal((0, $"installed acme.x 1.1.0 in {Place}\n{Hint}"), (installed.Status, installed.Out));
        Assert.Equal((0, $"installed acme.x 1.2.0 in {Place} (replaced 1.1.0)\n{Hint}"), (replaced.Status, replaced.Out));
        Assert.Equal([Place], Directory.GetFileSystemEntries(_target.Path));
        Assert.Equal(["acme.x.dll", "data/a b[1].txt", "plugin.json"], FilesOf(Place));
        var check = await Executable.RunAsync("plugin", "check", Place, "--run");
        Assert.Equal(0, check.Status);
    }

    [Fact]
    public async Task Folders_and_plain_zip_files_are_installed_too()
    {
        var folder = _packages.Plugin("acme.folder");
        var zip = _packages.Zip("any.zip", TestPackage.Entries(_packages.Plugin("acme.zip"), ""));

        var fromFolder = await InstallAsync(folder);
        var fromZip = await InstallAsync(zip);

        Assert.Equal((0, 0), (fromFolder.Status, fromZip.Status));
        Assert.Equal(["acme.folder.dll", "plugin.json"], FilesOf(Path.Combine(_target.Path, "acme.folder")));
        Assert.Equal(["acme.zip.dll", "plugin.json"], FilesOf(Path.Combine(_target.Path, "acme.zip")));
    }

    [Fact]
    public async Task A_target_that_does_not_exist_is_made()
    {
        var run = await Executable.RunAsync("plugin", "install", _packages.Package(), "--to", Path.Combine(_target.Path, "a", "b"));

        Assert.Equal(0, run.Status);
        Assert.True(File.Exists(Path.Combine(_target.Path, "a", "b", "acme.x", "plugin.json")));
    }

    [Fact]
    public async Task What_the_check_refuses_is_installed_only_by_force()
    {
        var folder = _packages.Plugin(edit: static m => m["sdk"] = "[7.0,8.0)");

        var refused = await InstallAsync(folder);
        Assert.Equal(1, refused.Status);
        Assert.Contains("PLG020 error plugin.json", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_target.Path));

        var forced = await InstallAsync(folder, "--force");
        Assert.Equal(0, forced.Status);
        Assert.True(Directory.Exists(Place));
    }

    [Fact]
    public async Task Nothing_of_the_plugin_runs()
    {
        var mark = Path.Combine(_packages.Folder, "mark");
        using var smith = new PluginSmith();
        var folder = smith.Make("acme.x", PluginSmith.ProxyPlugin("acme.x/ns", "return await next(request, ct);") + $"public static class I {{ [System.Runtime.CompilerServices.ModuleInitializer] public static void Run() => System.IO.File.WriteAllText(@\"{mark}\", \"\"); }}", ["endpoint/proxy acme.x/ns"]);

        var run = await InstallAsync(folder);

        Assert.Equal((0, false), (run.Status, File.Exists(mark)));
    }

    [Fact]
    public async Task What_an_interrupted_installation_left_is_cleaned()
    {
        var left = Directory.CreateDirectory(Path.Combine(_target.Path, ".acme.y.0123456789abcdef"));
        var aside = Directory.CreateDirectory(Path.Combine(_target.Path, ".acme.x.0123456789abcdef.old"));
        var other = Directory.CreateDirectory(Path.Combine(_target.Path, ".git"));
        Directory.CreateDirectory(Place);
        File.Copy(Path.Combine(_packages.Plugin(), "plugin.json"), Path.Combine(Place, "plugin.json"));

        var run = await InstallAsync(_packages.Package());

        Assert.Equal(0, run.Status);
        Assert.Equal((false, false, true), (Directory.Exists(left.FullName), Directory.Exists(aside.FullName), Directory.Exists(other.FullName)));
    }

    [Fact]
    public async Task A_version_that_was_moved_aside_when_the_installation_broke_off_comes_back()
    {
        await InstallAsync(_packages.Package());
        Directory.Move(Place, Path.Combine(_target.Path, ".acme.x.0123456789abcdef.old"));

        var run = await InstallAsync(_packages.Plugin("acme.y"));

        Assert.Equal(0, run.Status);
        Assert.Equal(["acme.x", "acme.y"], Directory.GetFileSystemEntries(_target.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_package_that_is_refused_leaves_the_installed_version_as_it_is()
    {
        await InstallAsync(_packages.Package());
        var before = FilesOf(Place).Select(f => Convert.ToHexString(File.ReadAllBytes(Path.Combine(Place, f)))).ToArray();
        var cut = _packages.Package("acme.x", "2.0.0");
        var bytes = File.ReadAllBytes(cut);
        bytes[bytes.AsSpan().IndexOf("acme.x.dll"u8) + 200] ^= 0x55;
        File.WriteAllBytes(cut, bytes);

        var run = await InstallAsync(cut);

        Assert.Equal(1, run.Status);
        Assert.Equal([Place], Directory.GetFileSystemEntries(_target.Path));
        Assert.Equal(before, FilesOf(Place).Select(f => Convert.ToHexString(File.ReadAllBytes(Path.Combine(Place, f)))));
    }

    [Fact]
    public async Task A_plugin_is_installed_from_its_own_place()
    {
        await InstallAsync(_packages.Package());

        var run = await InstallAsync(Place);

        Assert.StartsWith($"installed acme.x 1.0.0 in {Place} (replaced 1.0.0)\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(["acme.x.dll", "plugin.json"], FilesOf(Place));
    }

    [Fact]
    public async Task A_broken_installation_is_replaced()
    {
        Directory.CreateDirectory(Place);
        File.WriteAllText(Path.Combine(Place, "plugin.json"), "{");

        var run = await InstallAsync(_packages.Package());

        Assert.StartsWith($"installed acme.x 1.0.0 in {Place} (replaced a broken one)\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other name")]
    [InlineData("other plugin")]
    [InlineData("no plugin")]
    [InlineData("target is a plugin")]
    [InlineData("file")]
    [InlineData("no such file")]
    public async Task A_place_that_is_taken_stays_as_it_is(string fault)
    {
        var package = fault == "no such file" ? "nothing.nupkg" : _packages.Package();
        var taken = Path.Combine(_target.Path, fault switch { "other name" => "elsewhere", "target is a plugin" => "", _ => "acme.x" });
        if (fault == "file")
            File.WriteAllText(taken, "");
        else if (fault != "no such file")
            Directory.CreateDirectory(taken);
        var id = fault == "other plugin" ? "acme.other" : "acme.x";
        if (fault is "other name" or "other plugin" or "target is a plugin")
            File.Copy(Path.Combine(_packages.Plugin(id), "plugin.json"), Path.Combine(taken, "plugin.json"));
        var before = Directory.GetFileSystemEntries(_target.Path, "*", SearchOption.AllDirectories);

        var run = await InstallAsync(package, "--force");

        Assert.Equal(1, run.Status);
        Assert.Contains(fault switch
        {
            "other name" => $"the plugin acme.x is installed in {taken} already",
            "other plugin" => $"{taken} holds the plugin acme.other",
            "target is a plugin" => $"{_target.Path} is a plugin itself",
            "no such file" => "nothing.nupkg is neither a file nor a folder; to take an id from a feed, name the feed with --source",
            _ => $"{taken} exists and is no plugin",
        }, run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_target.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Two_installations_at_a_time_do_not_meet()
    {
        var package = _packages.Package();
        using var held = new FileStream(Path.Combine(_target.Path, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var run = await InstallAsync(package);

        Assert.Equal((1, false), (run.Status, Directory.Exists(Place)));
        Assert.Contains($"{_target.Path} cannot be worked in now; is another installation at work there?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_of_the_plugin_are_executable_for_nobody()
    {
        var package = _packages.Zip("x.nupkg", TestPackage.Entries(_packages.Plugin()), static e => e.ExternalAttributes = Convert.ToInt32("107777", 8) << 16);

        await InstallAsync(package);

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(Place, "acme.x.dll")) & (UnixFileMode.UserExecute | UnixFileMode.SetUser | UnixFileMode.OtherWrite));
    }

    public void Dispose()
    {
        _packages.Dispose();
        _target.Dispose();
    }

    private string Place => Path.Combine(_target.Path, "acme.x");

    private Task<Finished> InstallAsync(string what, params string[] more) => Executable.RunAsync(["plugin", "install", what, "--to", _target.Path, .. more]);

    private async Task<string> PackAsync(string version)
    {
        var folder = _packages.Plugin(version: version);
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        File.WriteAllText(Path.Combine(folder, "data", "a b[1].txt"), "text");
        var run = await Executable.RunInAsync(_packages.Folder, null, "plugin", "pack", folder);
        Assert.Equal((0, ""), (run.Status, run.Error));
        return Path.Combine(_packages.Folder, $"acme.x.{version}.nupkg");
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal);
}
