using Gateway.Core.Configuration.Flexible;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

public sealed class SourceFilesTests : IDisposable
{
    private readonly FlexibleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_what_lies_inside_through_links_that_stay_inside()
    {
        _folder.With("in/..2024/a.json", "{}");
        Directory.CreateSymbolicLink(_folder.At("in/..data"), "..2024");
        File.CreateSymbolicLink(_folder.At("in/a.json"), "..data/a.json");
        Directory.CreateSymbolicLink(_folder.At("door"), _folder.At("in"));
        var files = Confined("door");

        Assert.Equal(2, files.Read("in/a.json").Length);
        Assert.Equal(2, files.Read("door/a.json").Length);
        Assert.Equal(["a.json"], files.Entries("in"));
    }

    [Theory]
    [InlineData("outside.json")]
    [InlineData("in/../outside.json")]
    [InlineData("in/link.json")]
    [InlineData("in/folder/outside.json")]
    [InlineData("inside.json")]
    [InlineData("/etc/hostname")]
    [InlineData("in/dangling")]
    public void Refuses_what_lies_outside_wherever_the_way_leads(string path)
    {
        _folder.With("in/a.json", "{}").With("outside.json", "{}").With("inside.json", "{}");
        File.CreateSymbolicLink(_folder.At("in/link.json"), "../outside.json");
        File.CreateSymbolicLink(_folder.At("in/dangling"), "../../nowhere");
        Directory.CreateSymbolicLink(_folder.At("in/folder"), _folder.Path);

        var failure = Assert.Throws<SourceFileException>(() => Confined("in").Read(path));

        Assert.Contains("lies outside of in, where --confine wants it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_in_a_circle_are_named()
    {
        File.CreateSymbolicLink(_folder.At("a"), "b");
        File.CreateSymbolicLink(_folder.At("b"), "a");

        Assert.Contains("too many symbolic links", Assert.Throws<SourceFileException>(() => Confined(".").Read("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_and_numbers_of_files_are_bounded()
    {
        _folder.With("big", new string('x', 101)).With("a", new string('x', 100)).With("b", new string('x', 100));
        var files = new SourceFiles(_folder.Path, [], new FlexibleLimits { FileBytes = 100, TotalBytes = 150, Files = 3 });

        Assert.Contains("the file is larger than", Refusal("big"), StringComparison.Ordinal);
        Assert.Equal(100, files.Read("a").Length);
        Assert.Contains("with it the configuration has more than 0 MiB", Refusal("b"), StringComparison.Ordinal);
        Assert.Contains("with it the configuration has more than 3 files", Refusal("a"), StringComparison.Ordinal);

        string Refusal(string path) => Assert.Throws<SourceFileException>(() => files.Read(path)).Message;
    }

    [Fact]
    public void A_scan_walks_links_once_and_remembers_its_folders()
    {
        _folder.With("t/b/x", "").With("t/a/x", "").With("t/z", "");
        Directory.CreateSymbolicLink(_folder.At("t/a/loop"), _folder.At("t"));
        var files = new SourceFiles(_folder.Path, [], new FlexibleLimits());

        var found = new FolderScan(files, new FlexibleLimits()).All("t");

        Assert.Equal(["t/z", "t/a/x", "t/b/x"], found.Select(static f => f.Path));
        Assert.Equal([_folder.At("t"), _folder.At("t/a"), _folder.At("t/b")], files.All);
    }

    [Fact]
    public void Text_of_other_encodings_is_refused()
    {
        Assert.Equal("a: the file is UTF-16; save it as UTF-8", Assert.Throws<SourceFileException>(static () => SourceFiles.Decode("a", [0xFF, 0xFE, 0x41, 0])).Message);
        Assert.Equal("a: the file is no UTF-8 text", Assert.Throws<SourceFileException>(static () => SourceFiles.Decode("a", [0x41, 0xC3])).Message);
        Assert.Equal("x", SourceFiles.Decode("a", [0xEF, 0xBB, 0xBF, (byte)'x']));
    }

    private SourceFiles Confined(string folder) => new(_folder.Path, [folder], new FlexibleLimits());
}
