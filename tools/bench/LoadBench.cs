namespace Gateway.Bench;

/// <summary>The scenarios on nginx, the bare pass-through and the gateway.</summary>
internal static class LoadBench
{
    private const int ColdStarts = 5;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        await using Workbench workbench = await Workbench.SetUpAsync(cancellationToken);
        GatewayProcess? gateway = options.SkipGateway ? null : GatewayProcess.Find(options.GatewayPath, workbench.Folder);

        List<ColdStart> coldStarts = await MeasureColdStartsAsync(workbench, gateway, progress, cancellationToken);
        List<Case> cases = await StartAsync(options, workbench, gateway, cancellationToken);
        foreach (Case item in cases)
            await item.VerifyAsync(cancellationToken);
        foreach (Case item in cases)
        {
            progress.WriteLine($"warm-up {item.Scenario.Name} on {item.Subject.Name}");
            await item.RunAsync(workbench.Wrk, options.Warmup, cancellationToken);
        }
        // Round by round, so that a slow minute of the machine touches all of them.
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (Case item in cases)
            {
                Measurement run = await item.RunAsync(workbench.Wrk, options.Duration, cancellationToken);
                item.Runs.Add(run);
                progress.WriteLine(FormattableString.Invariant(
                    $"round {round} {item.Scenario.Name} on {item.Subject.Name}: {run.RequestsPerSecond:F0} req/s, {run.CpuPer10K:F3} s CPU per 10,000"));
            }
        }
        return Report.Load(options, cases, coldStarts);
    }

    private static async Task<List<Case>> StartAsync(
        BenchOptions options, Workbench workbench, GatewayProcess? gateway, CancellationToken cancellationToken)
    {
        Scenario[] chosen = [.. Scenario.All.Where(scenario => options.Scenarios?.Contains(scenario.Name, StringComparer.OrdinalIgnoreCase) ?? true)];
        Subject passThrough = workbench.Keep(await workbench.StartPassThroughAsync(probed: true, cancellationToken));
        Subject nginx = workbench.Keep(await Nginx.StartProxyAsync(workbench.NginxProgram, workbench.Folder, workbench.UpstreamPort, cancellationToken));
        Subject? measured = gateway is null ? null
            : workbench.Keep(await gateway.StartAsync(GatewayProcess.Endpoints(chosen), workbench.UpstreamPort, probed: true, cancellationToken));

        var cases = new List<Case>();
        // The unit of the ratios is needed even where its scenario is not asked for.
        if (!chosen.Contains(Scenario.Baseline))
            cases.Add(new Case(Scenario.Baseline, passThrough, Scenario.PassThroughPath));
        foreach (Scenario scenario in chosen)
        {
            if (scenario.IsPassThrough)
            {
                cases.Add(new Case(scenario, passThrough, Scenario.PassThroughPath));
                cases.Add(new Case(scenario, nginx, Scenario.PassThroughPath));
            }
            if (measured is not null)
                cases.Add(new Case(scenario, measured, scenario.Path));
        }
        return cases;
    }

    private static async Task<List<ColdStart>> MeasureColdStartsAsync(
        Workbench workbench, GatewayProcess? gateway, TextWriter progress, CancellationToken cancellationToken)
    {
        progress.WriteLine("cold starts");
        var starts = new List<ColdStart>
        {
            await MeasureColdStartAsync(() => workbench.StartPassThroughAsync(probed: false, cancellationToken), cancellationToken),
        };
        if (gateway is not null)
        {
            starts.Add(await MeasureColdStartAsync(
                () => gateway.StartAsync(GatewayProcess.Endpoints(Scenario.All), workbench.UpstreamPort, probed: false, cancellationToken), cancellationToken));
        }
        return starts;
    }

    private static async Task<ColdStart> MeasureColdStartAsync(Func<Task<Subject>> start, CancellationToken cancellationToken)
    {
        string name = "";
        var milliseconds = new List<double>();
        var idle = new List<double>();
        for (int i = 0; i < ColdStarts; i++)
        {
            await using Subject subject = await start();
            name = subject.Name;
            milliseconds.Add(subject.StartTime.TotalMilliseconds);
            await Task.Delay(Settling, cancellationToken);
            idle.Add(ProcessTree.ResidentBytes(subject.Pid));
        }
        return new ColdStart(name, Measurement.Median(milliseconds), Measurement.Median(idle));
    }
}

/// <summary>Medians of several starts.</summary>
/// <param name="Name">Of the process.</param>
/// <param name="Milliseconds">From the start of the process to its first answer 200.</param>
/// <param name="IdleBytes">Resident one second later, with no request but that one.</param>
internal sealed record ColdStart(string Name, double Milliseconds, double IdleBytes);
