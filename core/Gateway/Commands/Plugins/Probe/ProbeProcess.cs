using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>How a process that ran a plugin ended.</summary>
internal enum ProbeEnd
{
    /// <summary>It finished its work.</summary>
    Done,
    /// <summary>The plugin ended the process, by <c>Environment.Exit</c>.</summary>
    Exited,
    /// <summary>The process broke down: a stack overflow, a fault in native code, <c>Environment.FailFast</c>.</summary>
    Crashed,
    /// <summary>It did not end in time, and was killed.</summary>
    Hung,
}

/// <summary>What became of a process that ran a plugin.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Status">Its exit status.</param>
/// <param name="Records">What it recorded, in order.</param>
/// <param name="Output">The beginning of what it printed.</param>
internal sealed record ProbeOutcome(ProbeEnd End, int Status, IReadOnlyList<JsonObject> Records, string Output)
{
    /// <summary>What it was at when it ended: the last step that it recorded.</summary>
    public string Step => Records.LastOrDefault(static r => r["step"] is not null)?["step"]?.GetValue<string>() ?? "starting";

    /// <summary>The end in words.</summary>
    public string Describe(TimeSpan limit) => End switch
    {
        ProbeEnd.Exited => $"it ended the process with status {Status} in {Step}",
        ProbeEnd.Hung => $"{Step} did not come back within {limit.TotalSeconds:0.#} s",
        ProbeEnd.Crashed => $"the process broke down in {Step}{(Output.Contains("Stack overflow", StringComparison.Ordinal) ? ": stack overflow" : "")} (status {Status})",
        _ => "done",
    };
}

/// <summary>
/// Runs the plugin's code in a child process of the same executable, so that nothing it does can hurt the command: what the child finds it
/// writes to a file, line by line, and the last line tells where a child was that did not come back.
/// </summary>
internal static class ProbeProcess
{
    private const int MostOutput = 64 << 10;

    /// <summary>Starts the child, hands it the request, waits for its end.</summary>
    /// <param name="request">What it shall do; see <see cref="ProbeCommand"/>.</param>
    /// <param name="limit">How long it may take.</param>
    public static async Task<ProbeOutcome> RunAsync(JsonObject request, TimeSpan limit)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-probe-");
        try
        {
            var journal = Path.Combine(folder.FullName, "journal");
            var requestFile = Path.Combine(folder.FullName, "request.json");
            request["journal"] = journal;
            await File.WriteAllTextAsync(requestFile, request.ToJsonString()).ConfigureAwait(false);
            using var process = Start(requestFile);
            var output = new StringBuilder();
            process.OutputDataReceived += (_, e) => Append(output, e.Data);
            process.ErrorDataReceived += (_, e) => Append(output, e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var hung = !await EndsAsync(process, limit).ConfigureAwait(false);
            var records = Read(journal);
            return new(EndOf(hung, process.ExitCode, records), process.ExitCode, records, Text(output));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(string requestFile)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Started through `dotnet gateway.dll`, the process is dotnet.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "gateway.dll"));
        start.ArgumentList.Add(ProbeCommand.Name);
        start.ArgumentList.Add(requestFile);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static async Task<bool> EndsAsync(Process process, TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(late.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            return false;
        }
    }

    private static ProbeEnd EndOf(bool hung, int status, IReadOnlyList<JsonObject> records)
    {
        // What it had to do is done, whatever a thread of the plugin did afterwards.
        if (records.Any(static r => r["done"] is not null))
            return ProbeEnd.Done;
        if (hung)
            return ProbeEnd.Hung;
        return status is > 128 or < 0 ? ProbeEnd.Crashed : ProbeEnd.Exited;
    }

    private static List<JsonObject> Read(string journal)
    {
        var records = new List<JsonObject>();
        if (!File.Exists(journal))
            return records;
        foreach (var line in File.ReadLines(journal))
        {
            try
            {
                if (JsonNode.Parse(line) is JsonObject record)
                    records.Add(record);
            }
            catch (System.Text.Json.JsonException)
            {
                // The child ended in the middle of its last line.
                break;
            }
        }
        return records;
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            if (line is not null && output.Length < MostOutput)
                output.Append(line).Append('\n');
        }
    }

    private static string Text(StringBuilder output)
    {
        lock (output)
            return output.ToString();
    }
}
