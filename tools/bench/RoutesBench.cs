using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>What the number of endpoints costs: the gateway with few and with many, asked for the last one.</summary>
internal static class RoutesBench
{
    private static readonly int[] Counts = [5, 5_000];

    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        await using Workbench workbench = await Workbench.SetUpAsync(cancellationToken);
        GatewayProcess gateway = GatewayProcess.Find(options.GatewayPath, workbench.Folder);

        var cases = new List<(int Count, Case Case)>();
        foreach (int count in Counts)
        {
            Subject subject = workbench.Keep(await gateway.StartAsync(Endpoints(count), workbench.UpstreamPort, probed: true, cancellationToken));
            var item = new Case(Scenario.Baseline, subject, RequestPath(count - 1));
            await item.VerifyAsync(cancellationToken);
            cases.Add((count, item));
        }
        foreach ((int count, Case item) in cases)
        {
            progress.WriteLine($"warm-up with {count} endpoints");
            await item.RunAsync(workbench.Wrk, options.Warmup, cancellationToken);
        }
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach ((int count, Case item) in cases)
            {
                progress.WriteLine($"round {round} with {count} endpoints");
                item.Runs.Add(await item.RunAsync(workbench.Wrk, options.Duration, cancellationToken));
            }
        }
        return Report.Routes(options, cases);
    }

    // Half of the paths share long prefixes and half hold a parameter, as those of a real catalogue do.
    private static JsonArray Endpoints(int count) =>
        new([.. Enumerable.Range(0, count).Select(i => (JsonNode)GatewayProcess.Endpoint(Scenario.Baseline, Template(i)))]);

    private static string Template(int i) => i % 2 == 0 ? Collection(i) : $"{Collection(i)}/{{id}}/details";

    private static string RequestPath(int i) => i % 2 == 0 ? Collection(i) : $"{Collection(i)}/4711/details";

    private static string Collection(int i) => $"/api/v{i % 3 + 1}/catalogue/section-{i / 50}/resource-{i}";
}
