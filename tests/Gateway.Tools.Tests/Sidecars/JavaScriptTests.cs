using System.Diagnostics;
using Gateway.Testing;
using Xunit;

namespace Gateway.Tools.Tests.Sidecars;

/// <summary>The library for sidecars in JavaScript and its examples, by their own tests.</summary>
public sealed class JavaScriptTests
{
    // …/tests/Gateway.Tools.Tests/bin/<configuration>/net10.0/
    private static readonly string s_library = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "sdk", "sidecar-js"));
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static TheoryData<string> Examples => [.. Directory.GetDirectories(Path.Combine(s_library, "examples")).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Fact]
    [Spec("GRP-250", "GRP-251", "GRP-252", "GRP-253", "GRP-254", "GRP-255", "GRP-256", "GRP-257", "GRP-258", "GRP-259")]
    public Task The_library_passes_its_tests() => TestAsync(s_library);

    [Theory]
    [MemberData(nameof(Examples))]
    [Spec("GRP-258")]
    public Task Every_example_passes_its_tests(string name) => TestAsync(Path.Combine(s_library, "examples", name));

    private static async Task TestAsync(string folder)
    {
        Assert.True(Directory.Exists(Path.Combine(s_library, "node_modules")), "run ./test.sh, or npm ci in sdk/sidecar-js");
        var start = new ProcessStartInfo("npm", ["test", "--silent"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"npm test in {folder} ended with status {process.ExitCode}:\n{await output}\n{await errors}");
            Assert.Contains(" fail 0\n", await output, StringComparison.Ordinal);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"npm test in {folder} took longer than {s_limit}");
        }
    }
}
