using System.Diagnostics;

namespace Gateway.EndToEnd;

/// <summary>What a finished process left behind.</summary>
internal sealed record Finished(int Status, string Out, string Error);

/// <summary>The real executable, as the build made it.</summary>
internal static class Executable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Path of <c>gateway</c>.</summary>
    public static string Path { get; } = Find();

    /// <summary>Root of the repository.</summary>
    public static string Repository => System.IO.Path.GetFullPath(System.IO.Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));

    /// <summary>Runs to the end.</summary>
    public static Task<Finished> RunAsync(params string[] args) => RunInAsync(null, null, args);

    /// <summary>Runs to the end in a folder, with environment variables.</summary>
    public static async Task<Finished> RunInAsync(string? folder, IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        using var process = Start(Path, folder, environment, args);
        return await FinishAsync(process);
    }

    /// <summary>Waits for the end of a process and takes what it printed.</summary>
    public static async Task<Finished> FinishAsync(Process process, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end");
        }
    }

    /// <summary>Starts a program without variables that would reconfigure a gateway.</summary>
    public static Process Start(string program, string? folder, IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? AppContext.BaseDirectory,
        };
        foreach (var name in start.Environment.Keys.Where(static n => n.StartsWith("KRAKEND_", StringComparison.Ordinal) || n.StartsWith("FC_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static string Find()
    {
        // …/tests/Gateway.EndToEnd/bin/<configuration>/net10.0/
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return System.IO.Path.Combine(Repository, "core", "Gateway", "bin", configuration, "net10.0", "gateway");
    }
}
