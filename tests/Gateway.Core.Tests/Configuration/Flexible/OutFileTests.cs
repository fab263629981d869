using System.IO.Pipes;
using System.Runtime.Versioning;
using Gateway.Core.Configuration.Flexible;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

[UnsupportedOSPlatform("windows")]
public sealed class OutFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FlexibleFolder _folder = new();
    private readonly ConfigDiagnostics _diagnostics = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-078")]
    public void An_existing_file_is_replaced_and_only_its_owner_reads_it()
    {
        _folder.With("out.json", "old and longer");
        File.SetUnixFileMode(_folder.At("out.json"), OwnerOnly | UnixFileMode.OtherRead);
        using var reader = File.OpenRead(_folder.At("out.json"));

        Assert.True(Write("out.json", "new"));

        Assert.Equal("new", File.ReadAllText(_folder.At("out.json")));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.At("out.json")));
        Assert.Equal("old and longer", new StreamReader(reader).ReadToEnd());
        Assert.Equal(["out.json"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_same_text_again_leaves_the_file_alone()
    {
        Write("out.json", "text");
        File.SetLastWriteTimeUtc(_folder.At("out.json"), DateTime.UnixEpoch);

        Write("out.json", "text");

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(_folder.At("out.json")));
    }

    [Fact]
    public void Behind_a_link_the_file_is_replaced_and_not_the_link()
    {
        _folder.With("real/out.json", "old");
        File.CreateSymbolicLink(_folder.At("out.json"), "real/out.json");

        Assert.True(Write("out.json", "new"));

        Assert.Equal("real/out.json", new FileInfo(_folder.At("out.json")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder.At("real/out.json")));
    }

    [Fact]
    public void A_device_is_written_to_and_stays_one()
    {
        Assert.True(Write("/dev/null", "text"));
        Assert.False(new FileInfo("/dev/null").Length > 0);
    }

    [Fact]
    public void What_reads_standard_output_through_a_pipe_gets_the_document()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);

        Assert.True(Write($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}", "text"), Loading.Text(_diagnostics));

        pipe.DisposeLocalCopyOfClientHandle();
        Assert.Equal("text", new StreamReader(pipe).ReadToEnd());
    }

    [Fact]
    public void Standard_output_that_goes_on_in_a_file_keeps_what_the_file_has()
    {
        _folder.With("log", "before ");
        using var log = new FileStream(_folder.At("log"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        Assert.True(Write($"/proc/self/fd/{log.SafeFileHandle.DangerousGetHandle()}", "text"), Loading.Text(_diagnostics));

        Assert.Equal("before text", File.ReadAllText(_folder.At("log")));
    }

    [Theory, Spec("CFG-078")]
    [InlineData("missing/out.json", "no such directory (")]
    [InlineData("folder", "is a directory (")]
    public void A_path_that_cannot_be_written_is_an_error(string path, string reason)
    {
        Directory.CreateDirectory(_folder.At("folder"));

        Assert.False(Write(path, "x"));

        Assert.StartsWith($"{path}: cannot write the rendered configuration, which FC_OUT asks for: {reason}", Assert.Single(_diagnostics.All).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_path_nothing_is_written()
    {
        Assert.True(Write("", "x"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private bool Write(string path, string text) =>
        OutFile.TryWrite(path, text, "FC_OUT", isConfined: false, new SourceFiles(_folder.Path, [], new FlexibleLimits()), _diagnostics);
}
