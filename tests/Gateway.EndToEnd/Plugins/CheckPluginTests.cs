using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>check-plugin</c>.</summary>
public sealed class CheckPluginTests : IDisposable
{
    private readonly Folder _folder = new();

    [Fact, Spec("EXT-073", "EXT-077", "CFG-258")]
    public async Task Versions_that_the_gateway_stands_in_for_are_compatible_and_private_ones_do_not_count()
    {
        Write("10.0", """{"Newtonsoft.Json/99.0.0":{"runtime":{"lib/x.dll":{"assemblyVersion":"99.0.0.0"}}},"KrakenPlugins.Sdk/0.1.0":{}}""");

        var run = await RunAsync("-s", "x.deps.json");

        Assert.Equal((0, "No incompatibilities found!\n", ""), (run.Status, run.Out, run.Error));
    }

    [Fact, Spec("EXT-073", "EXT-074", "EXT-077", "CFG-258")]
    public async Task Differences_are_three_lines_each_with_toolchain_and_libc_first()
    {
        Write("11.0", """{"Microsoft.Extensions.Logging.Abstractions/99.0.0":{"runtime":{"lib/x.dll":{"assemblyVersion":"99.0.0.0"}}},"KrakenPlugins.Sdk/9.9.9":{}}""");

        var run = await RunAsync("-s", "x.deps.json", "-l", "OTHER-1.0");

        Assert.Equal(1, run.Status);
        var lines = run.Out.Split('\n');
        Assert.Equal([".NET", "libc", "KrakenPlugins.Sdk", "Microsoft.Extensions.Logging.Abstractions"], [lines[0], lines[3], lines[6], lines[9]]);
        Assert.Equal(["\thave: 11.0", $"\twant: {Environment.Version}", "\thave: OTHER-1.0", "\thave: 9.9.9"], [lines[1], lines[2], lines[4], lines[7]]);
        Assert.EndsWith("\n4 incompatibilities found\n", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-073", "EXT-075")]
    public async Task Plugin_check_takes_the_same_flags_and_refuses_them_beside_a_whole_check()
    {
        Write("11.0", """{"KrakenPlugins.Sdk/9.9.9":{}}""");

        var file = await Executable.RunInAsync(_folder.Path, null, "plugin", "check", "-f", "-s", "x.deps.json");
        var folder = await Executable.RunInAsync(_folder.Path, null, "plugin", "check", "-l", "OTHER-1.0", _folder.Path);
        var both = await Executable.RunInAsync(_folder.Path, null, "plugin", "check", "-s", "x.deps.json", _folder.Path);

        Assert.Equal(1, file.Status);
        Assert.Contains("dotnet add package KrakenPlugins.Sdk --version", file.Out, StringComparison.Ordinal);
        Assert.Contains("libc\n\thave: OTHER-1.0\n", folder.Out, StringComparison.Ordinal);
        Assert.Equal(255, both.Status);
        Assert.Contains("a whole check takes none of them", both.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-075")]
    public async Task With_format_a_package_is_a_command_to_paste()
    {
        Write("10.0", """{"KrakenPlugins.Sdk/9.9.9":{}}""");

        var run = await RunAsync("-f");

        Assert.Equal(1, run.Status);
        Assert.Matches(@"^dotnet add package KrakenPlugins\.Sdk --version \d+\.\d+\.\d+\n1 incompatibilities found\n$", run.Out);
    }

    [Theory, Spec("EXT-073")]
    [InlineData("9.0", 0)]
    [InlineData("10", 0)]
    [InlineData("11.0", 1)]
    [InlineData("1.22.1", 1)]
    public async Task The_toolchain_of_the_command_line_is_compared(string version, int status)
    {
        Write("10.0", "{}");

        var run = await RunAsync("-s", "x.deps.json", "-g", version);

        Assert.Equal(status, run.Status);
    }

    [Fact, Spec("EXT-076", "CFG-258")]
    public async Task A_missing_file_is_the_system_s_error()
    {
        var run = await RunAsync();

        Assert.Equal(1, run.Status);
        Assert.Contains("open ./go.sum: no such file or directory", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("go.sum", "github.com/a/b v1.0.0 h1:x=\n", "a Go plugin, which cannot run here")]
    [InlineData("x.deps.json", "[]", "no dependency manifest of .NET")]
    [InlineData("x.deps.json", "{", "no dependency manifest of .NET")]
    public async Task Other_files_are_refused(string file, string content, string text)
    {
        _folder.Write(file, content);

        var run = await RunAsync("-s", file);

        Assert.Equal(1, run.Status);
        Assert.Contains(text, run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string framework, string libraries) =>
        _folder.Write("x.deps.json", "{\"runtimeTarget\":{\"name\":\".NETCoreApp,Version=v" + framework + "\"},\"targets\":{\".NETCoreApp,Version=v" + framework + "\":" + libraries + "}}");

    private Task<Finished> RunAsync(params string[] args) => Executable.RunInAsync(_folder.Path, null, ["check-plugin", .. args]);
}
