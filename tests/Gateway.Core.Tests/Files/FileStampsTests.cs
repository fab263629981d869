using Gateway.Core.Files;
using Xunit;

namespace Gateway.Core.Tests.Files;

public sealed class FileStampsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stamps-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_nobody_touches_has_not_changed()
    {
        var stamps = new FileStamps([Write("a", "1"), Path.Combine(_folder, "none"), _folder]);

        Assert.False(stamps.HasChanged());
        Assert.False(stamps.HasChanged());
    }

    [Fact]
    public void A_change_is_seen_until_it_is_noted()
    {
        var file = Write("a", "1");
        var stamps = new FileStamps([file]);

        Write("a", "longer");

        Assert.True(stamps.HasChanged());
        Assert.True(stamps.HasChanged());
        stamps.Renew();
        Assert.False(stamps.HasChanged());
    }

    [Fact]
    public void A_file_of_the_same_length_is_told_by_its_time()
    {
        var file = Write("a", "1");
        var stamps = new FileStamps([file]);

        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddTicks(10));

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void A_file_that_takes_the_place_of_another_with_length_and_time_alike_is_seen()
    {
        var file = Write("a", "1");
        var other = Write("b", "2");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(file));
        var stamps = new FileStamps([file]);

        File.Move(other, file, overwrite: true);

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void A_file_that_comes_or_goes_is_a_change()
    {
        var file = Path.Combine(_folder, "a");
        var stamps = new FileStamps([file]);
        Write("a", "");
        Assert.True(stamps.HasChanged());

        stamps.Renew();
        File.Delete(file);

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void A_folder_whose_link_is_swapped_is_seen_through_the_files_in_it()
    {
        // As Kubernetes mounts a ConfigMap: a → ..data/a, ..data → ..1, and ..data is replaced.
        foreach (var version in new[] { "..1", "..2" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, version));
            File.SetLastWriteTimeUtc(Write(Path.Combine(version, "a"), "1"), DateTime.UnixEpoch);
        }
        var data = Path.Combine(_folder, "..data");
        Directory.CreateSymbolicLink(data, "..1");
        var file = Path.Combine(_folder, "a");
        File.CreateSymbolicLink(file, Path.Combine("..data", "a"));
        var stamps = new FileStamps([file]);

        File.Delete(data);
        Directory.CreateSymbolicLink(data, "..2");

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void A_link_to_another_file_is_a_change()
    {
        Write("a", "1");
        Write("b", "2");
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, "a");
        var stamps = new FileStamps([link]);

        File.Delete(link);
        File.CreateSymbolicLink(link, "b");

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void What_a_link_leads_to_is_looked_at()
    {
        Write("a", "1");
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, "a");
        var stamps = new FileStamps([link]);

        Write("a", "longer");

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void A_folder_changes_with_its_entries_but_not_with_hidden_ones_and_backups()
    {
        var stamps = new FileStamps([_folder]);
        Write(".a.swp", "");
        Write("a~", "");
        Assert.False(stamps.HasChanged());

        Write("a", "");

        Assert.True(stamps.HasChanged());
    }

    [Fact]
    public void Paths_that_stay_keep_what_was_noted_of_them()
    {
        var file = Write("a", "1");
        var stamps = new FileStamps([file]);
        Write("a", "longer");

        stamps.Follow([file, Write("b", "1")]);

        Assert.True(stamps.HasChanged());
        Assert.Equal(2, stamps.Paths.Count);
    }

    [Fact]
    public void New_paths_are_as_they_were_noted_earlier_elsewhere()
    {
        var (known, added) = (Write("a", "1"), Write("b", "1"));
        var stamps = new FileStamps([known]);
        var earlier = new FileStamps([known, added]);
        Write("b", "longer");

        stamps.Follow([known, added], earlier);

        Assert.True(stamps.HasChanged());
        stamps.Renew();
        Assert.False(stamps.HasChanged());
    }

    [Fact]
    public void Links_in_a_circle_and_names_that_are_none_are_missing_files()
    {
        var circle = Path.Combine(_folder, "circle");
        File.CreateSymbolicLink(circle, "circle");
        var stamps = new FileStamps([circle, "", "\0", Path.Combine(_folder, new string('a', 5000))]);

        Assert.False(stamps.HasChanged());
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
