using System.Diagnostics;
using Xunit;

namespace Gateway.Tools.Tests.Fuzz;

/// <summary>Whether <c>tools/fuzz</c> notices what it looks for, by targets that break on purpose.</summary>
public sealed class FuzzTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_without_finds_ends_well_and_leaves_no_input()
    {
        var (status, output) = await RunAsync("self-good");

        Assert.True(status == 0, output);
        Assert.Matches("^self-good: [1-9][0-9]* inputs\n$", output);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("self-throw", "thrown on purpose")]
    [InlineData("self-crash", "Stack overflow")]
    [InlineData("self-hang", "an input took more than 1 s")]
    public async Task A_find_is_reported_with_its_input(string target, string reason)
    {
        var (status, output) = await RunAsync(target);

        Assert.Equal(1, status);
        var input = Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Contains($"the input is {input}\n", output, StringComparison.Ordinal);
        Assert.Contains(reason, output, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Output)> RunAsync(string target)
    {
        string[] args = [Path.Combine(AppContext.BaseDirectory, "fuzz.dll"), "--seconds", "1", "--slowest", "1", "--target", target, "--keep", _folder.Path];
        using var process = Process.Start(new ProcessStartInfo("dotnet", args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{target} did not end");
        }
    }
}
