using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>What a hit of <c>qos/http-cache</c> is worth: the pass-through of 1 KB from the upstream, and from the cache.</summary>
internal static class CacheBench
{
    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        await using Workbench workbench = await Workbench.SetUpAsync(cancellationToken);
        GatewayProcess gateway = GatewayProcess.Find(options.GatewayPath, workbench.Folder);
        // One process, so that both run the same code in the same state.
        Subject subject = workbench.Keep(await gateway.StartAsync(
            new JsonArray(GatewayProcess.Endpoint(Scenario.Baseline, "/fetched"), Kept("/cached")), workbench.UpstreamPort, probed: true, cancellationToken));
        (string What, Case Case)[] cases = [("S1", new Case(Scenario.Baseline, subject, "/fetched")), ("S1 from the cache", new Case(Scenario.Baseline, subject, "/cached"))];
        foreach ((string what, Case item) in cases)
        {
            await item.VerifyAsync(cancellationToken);
            progress.WriteLine($"warm-up {what}");
            await item.RunAsync(workbench.Wrk, options.Warmup, cancellationToken);
        }
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach ((string what, Case item) in cases)
            {
                Measurement run = await item.RunAsync(workbench.Wrk, options.Duration, cancellationToken);
                item.Runs.Add(run);
                progress.WriteLine(FormattableString.Invariant($"round {round} {what}: {run.RequestsPerSecond:F0} req/s"));
            }
        }
        return Report.Cache(options, cases);
    }

    private static JsonObject Kept(string path)
    {
        JsonObject endpoint = GatewayProcess.Endpoint(Scenario.Baseline, path);
        JsonObject backend = endpoint["backend"]![0]!.AsObject();
        backend["url_pattern"] = Nginx.KeptPath;
        backend["extra_config"] = new JsonObject { ["qos/http-cache"] = new JsonObject { ["max_items"] = 1000, ["max_size"] = 10 << 20 } };
        return endpoint;
    }
}
