using System.Diagnostics;

namespace KrakenPlugins.Jose;

/// <summary>What keepers of secrets take from outside; tests replace it.</summary>
internal sealed record SecretSurroundings
{
    /// <summary>An environment variable, or <see langword="null"/>.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where a URL is really called.</summary>
    public Func<Uri, Uri> Locate { get; init; } = static url => url;

    /// <summary>Runs a program and gives its output.</summary>
    public Func<string, string[], string> Run { get; init; } = RunProgram;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The first of these variables that says something.</summary>
    public string? First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Environment(name) is { Length: > 0 } value)
                return value;
        }
        return null;
    }

    /// <summary>The text of a small file.</summary>
    /// <exception cref="JwkException">It cannot be read.</exception>
    public static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path).Length > 1 << 20)
                throw new JwkException($"{path} is too long");
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JwkException($"credentials cannot be read: {exception.Message}", exception);
        }
    }

    private static string RunProgram(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(8)))
            {
                process.Kill(entireProcessTree: true);
                throw new JwkException($"{program} did not end within 8 s");
            }
            return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new JwkException($"{program} failed with status {process.ExitCode}");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new JwkException($"{program} cannot be started: {exception.Message}", exception);
        }
    }
}
