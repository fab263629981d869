using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>
/// What it costs to run a plugin in a process of its own: the pass-through of 1 KB without a plugin, with one in process that looks at the heads of
/// request and answer, and with the same one as a sidecar.
/// </summary>
internal static class SidecarBench
{
    /// <summary>Connections of the runs that measure what a request costs; the others have one, and measure what it waits.</summary>
    public const int Many = 64;

    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        await using Workbench workbench = await Workbench.SetUpAsync(cancellationToken);
        GatewayProcess gateway = GatewayProcess.Find(options.GatewayPath, workbench.Folder);
        progress.WriteLine("building the plugin");
        var folders = new MarkFolders(workbench.Folder);
        await folders.BuildAsync(cancellationToken);

        var cases = new List<SidecarCase>();
        foreach ((string what, string? folder) in Variants(folders, progress))
        {
            PluginUse? use = folder is null ? null : new PluginUse([folder]) { ["backend"] = { [MarkFolders.Namespace] = new JsonObject() } };
            Subject subject = workbench.Keep(await gateway.StartAsync(new JsonArray(GatewayProcess.Endpoint(Scenario.Baseline, Scenario.Baseline.Path)), workbench.UpstreamPort, probed: false, cancellationToken, use));
            SidecarCase item = new(what, Of(subject, 1), Of(subject, Many));
            await item.One.VerifyAsync(cancellationToken);
            cases.Add(item);
            progress.WriteLine($"warm-up {what}");
            await item.Many.RunAsync(workbench.Wrk, options.Warmup, cancellationToken);
            await item.One.RunAsync(workbench.Wrk, options.Warmup, cancellationToken);
        }
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (SidecarCase item in cases)
            {
                Measurement one = await item.One.RunAsync(workbench.Wrk, options.Duration, cancellationToken);
                Measurement many = await item.Many.RunAsync(workbench.Wrk, options.Duration, cancellationToken);
                item.One.Runs.Add(one);
                item.Many.Runs.Add(many);
                progress.WriteLine(FormattableString.Invariant($"round {round} {item.What}: p50 {one.P50 * 1000:F0} µs at 1, {many.RequestsPerSecond:F0} req/s at {Many}, {many.CpuPer10K * 100:F1} µs CPU per request"));
            }
        }
        return Report.Sidecars(options, cases);
    }

    private static IEnumerable<(string What, string? Folder)> Variants(MarkFolders folders, TextWriter progress)
    {
        yield return (SidecarCase.None, null);
        yield return (SidecarCase.InProcess, folders.Stage("dotnet"));
        yield return (SidecarCase.DotNet, folders.Stage("process"));
        foreach ((string what, string? folder) in new[] { ("sidecar, JavaScript", folders.StageJavaScript()), ("sidecar, Python", folders.StagePython()) })
        {
            if (folder is null)
                progress.WriteLine($"{what}: its library is not installed (see sdk/), so it is left out");
            else
                yield return (what, folder);
        }
    }

    private static Case Of(Subject subject, int connections) => new(Scenario.Baseline with { Connections = connections }, subject, Scenario.Baseline.Path);
}

/// <summary>One way to run the plugin.</summary>
/// <param name="What">For the report.</param>
/// <param name="One">With one connection.</param>
/// <param name="Many">With <see cref="SidecarBench.Many"/>.</param>
internal sealed record SidecarCase(string What, Case One, Case Many)
{
    public const string None = "no plugin";
    public const string InProcess = "in process";
    public const string DotNet = "sidecar, .NET";
}
