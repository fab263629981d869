using Gateway.Commands.Watch;
using Gateway.Testing;

namespace Gateway.Tests.Watch;

/// <summary>What counts as a change of a folder.</summary>
public sealed class FolderSnapshotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-watch-").FullName;

    public FolderSnapshotTests()
    {
        Write("krakend.json", "{}");
        Write("settings/urls.json", "{}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact, Spec("CFG-270")]
    public void Nothing_has_changed_where_nothing_was_done() => Assert.Equal(Look(), Look());

    [Fact, Spec("CFG-270")]
    public void A_file_that_keeps_its_length_changes_by_its_time()
    {
        var before = Look();

        File.SetLastWriteTimeUtc(PathOf("settings/urls.json"), DateTime.UnixEpoch);

        Assert.NotEqual(before, Look());
    }

    [Fact, Spec("CFG-270")]
    public void A_mounted_configuration_map_changes_by_swapping_the_link_of_its_folder()
    {
        Write("..1/krakend.json", "{}");
        Write("..2/krakend.json", "{}");
        File.SetLastWriteTimeUtc(PathOf("..1/krakend.json"), DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(PathOf("..2/krakend.json"), DateTime.UnixEpoch);
        Directory.CreateSymbolicLink(PathOf("..data"), "..1");
        File.CreateSymbolicLink(PathOf("mounted.json"), "..data/krakend.json");
        var before = Look();

        Directory.CreateSymbolicLink(PathOf("..new"), "..2");
        Directory.Delete(PathOf("..data"));
        Directory.Move(PathOf("..new"), PathOf("..data"));

        Assert.NotEqual(before, Look());
    }

    [Fact]
    public void Links_that_lead_in_circles_or_nowhere_come_to_an_end()
    {
        Directory.CreateSymbolicLink(PathOf("settings/up"), "..");
        File.CreateSymbolicLink(PathOf("self"), "self");
        File.CreateSymbolicLink(PathOf("dangling"), "absent");
        var before = Look();

        Write("absent", "now it is there");

        Assert.NotEqual(before, Look());
    }

    [Fact, Spec("CFG-270")]
    public void The_store_of_a_version_control_does_not_count()
    {
        Write(".git/index", "1");
        var before = Look();

        Write(".git/index", "12");

        Assert.Equal(before, Look());
    }

    [Fact, Spec("CFG-272")]
    public void Ignored_files_do_not_count()
    {
        var before = Look("out.json");

        Write("out.json", "{}");

        Assert.Equal(before, Look("out.json"));
        Assert.NotEqual(before, Look());
    }

    [Fact]
    public void A_folder_that_is_gone_is_empty() =>
        Assert.Equal(FolderSnapshot.Of(PathOf("absent"), static _ => false), FolderSnapshot.Of(PathOf("absent too"), static _ => false));

    private FolderSnapshot Look(string ignored = "") => FolderSnapshot.Of(_folder, path => path == PathOf(ignored));

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), content);
    }
}
