using System.Diagnostics;
using System.Globalization;

namespace Gateway.Bench;

/// <summary>The result of one run of the load generator.</summary>
/// <param name="Requests">Answered requests.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile of latency in milliseconds.</param>
/// <param name="Errors">Answers of 400 and above, failed connections, reads and writes, timeouts.</param>
internal sealed record LoadResult(long Requests, double Seconds, double P50, double P99, long Errors);

/// <summary>Runs wrk, with two threads where there are two connections.</summary>
internal sealed class Wrk
{
    private const string Marker = "RESULT";
    // Only a request or response function would cost wrk time per request; done runs once.
    private const string Script = $$"""
        done = function(summary, latency)
          local e = summary.errors
          io.write(string.format("{{Marker}} %d %d %d %d %d\n", summary.requests, summary.duration,
            latency:percentile(50), latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
        end

        """;

    // The requests are written once, so that what a request costs wrk is one look into a table.
    private const string TokenScript = """
        local requests, last = {}, 0
        init = function()
          for token in io.lines("$TOKENS") do
            wrk.headers["Authorization"] = "Bearer " .. token
            requests[#requests + 1] = wrk.format()
          end
          last = math.random(#requests)
        end
        request = function()
          last = last % #requests + 1
          return requests[last]
        end

        """;

    private readonly string _program;
    private readonly string _script;

    public Wrk(string program, string folder)
    {
        _program = program;
        _script = Path.Combine(folder, "result.lua");
        File.WriteAllText(_script, Script);
    }

    private Wrk(Wrk other, string tokens)
    {
        _program = other._program;
        _script = Path.ChangeExtension(tokens, ".lua");
        File.WriteAllText(_script, TokenScript.Replace("$TOKENS", tokens, StringComparison.Ordinal) + Script);
    }

    /// <summary>The same, with one token after the other out of a file, one in each line, as <c>Authorization</c>.</summary>
    public Wrk WithTokens(string file) => new(this, file);

    /// <summary>Loads one address for a number of seconds.</summary>
    /// <exception cref="BenchException">wrk failed, or a request was not answered as it should be: errors are never measured.</exception>
    public async Task<LoadResult> RunAsync(Uri address, int connections, int seconds, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_program, [$"-t{Math.Min(2, connections)}", $"-c{connections}", $"-d{seconds}s", "-s", _script, address.AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new BenchException($"{_program} could not be started");
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new BenchException($"wrk ended with status {process.ExitCode}: {await errors}");
        LoadResult result = Parse(output);
        return result.Errors == 0 && result.Requests > 0
            ? result
            : throw new BenchException($"{address}: {result.Errors} errors in {result.Requests} requests; nothing is measured from such a run\n{output}");
    }

    /// <summary>Finds the line that the script adds to the output of wrk; durations in it are in microseconds.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    public static LoadResult Parse(string output)
    {
        string line = output.Split('\n').FirstOrDefault(line => line.StartsWith(Marker, StringComparison.Ordinal))
            ?? throw new BenchException($"wrk printed no result:\n{output}");
        long[] numbers = [.. line.Split(' ').Skip(1).Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return new LoadResult(numbers[0], numbers[1] / 1e6, numbers[2] / 1e3, numbers[3] / 1e3, numbers[4]);
    }
}
