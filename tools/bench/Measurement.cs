namespace Gateway.Bench;

/// <summary>One measured run, or the medians of several.</summary>
internal sealed record Measurement
{
    public required double RequestsPerSecond { get; init; }
    /// <summary>Milliseconds.</summary>
    public required double P50 { get; init; }
    /// <summary>Milliseconds.</summary>
    public required double P99 { get; init; }
    /// <summary>User and system seconds of the process and its children per 10,000 requests.</summary>
    public required double CpuPer10K { get; init; }
    /// <summary>Resident at the end of the run.</summary>
    public required double ResidentBytes { get; init; }
    /// <summary>Managed allocation; null for a process without a .NET heap.</summary>
    public double? AllocatedPerRequest { get; init; }
    /// <summary>Collections of all generations in the run.</summary>
    public double? Collections { get; init; }
    /// <summary>Bytes in the large object heap at the end of the run.</summary>
    public double? LargeObjectBytes { get; init; }

    /// <summary>The median of each figure on its own.</summary>
    public static Measurement MedianOf(IReadOnlyList<Measurement> runs) => new()
    {
        RequestsPerSecond = Median(runs.Select(run => run.RequestsPerSecond)),
        P50 = Median(runs.Select(run => run.P50)),
        P99 = Median(runs.Select(run => run.P99)),
        CpuPer10K = Median(runs.Select(run => run.CpuPer10K)),
        ResidentBytes = Median(runs.Select(run => run.ResidentBytes)),
        AllocatedPerRequest = MedianOrNull(runs.Select(run => run.AllocatedPerRequest)),
        Collections = MedianOrNull(runs.Select(run => run.Collections)),
        LargeObjectBytes = MedianOrNull(runs.Select(run => run.LargeObjectBytes)),
    };

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double? MedianOrNull(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? null : Median(known);
    }
}

/// <summary>One scenario on one process.</summary>
internal sealed record Case(Scenario Scenario, Subject Subject, string Path)
{
    public List<Measurement> Runs { get; } = [];

    /// <exception cref="BenchException">The answer is not a 200 with the expected body.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken, string? token = null)
    {
        (System.Net.HttpStatusCode status, byte[] body) = await Subject.GetAsync(Path, cancellationToken, token);
        string? mismatch = status == System.Net.HttpStatusCode.OK ? Scenario.Mismatch(body) : $"status {(int)status}";
        if (mismatch is not null)
            throw new BenchException($"{Scenario.Name} on {Subject.Name} is not measured, its answer is wrong: {mismatch}");
    }

    /// <summary>Loads the process and takes what it used from before to after.</summary>
    public async Task<Measurement> RunAsync(Wrk wrk, int seconds, CancellationToken cancellationToken)
    {
        HeapSample? heapBefore = Subject.Heap is { } heap ? await heap.ReadAsync(cancellationToken) : null;
        double cpuBefore = ProcessTree.CpuSeconds(Subject.Pid);
        LoadResult load = await wrk.RunAsync(new Uri($"http://127.0.0.1:{Subject.Port}{Path}"), Scenario.Connections, seconds, cancellationToken);
        double cpu = ProcessTree.CpuSeconds(Subject.Pid) - cpuBefore;
        long resident = ProcessTree.ResidentBytes(Subject.Pid);
        HeapSample? heapAfter = Subject.Heap is { } again ? await again.ReadAsync(cancellationToken) : null;
        return new Measurement
        {
            RequestsPerSecond = load.Requests / load.Seconds,
            P50 = load.P50,
            P99 = load.P99,
            CpuPer10K = cpu * 10_000 / load.Requests,
            ResidentBytes = resident,
            AllocatedPerRequest = (double?)(heapAfter?.Allocated - heapBefore?.Allocated) / load.Requests,
            // The count of a generation includes those of the older ones.
            Collections = heapAfter?.Gen0 - heapBefore?.Gen0,
            LargeObjectBytes = heapAfter?.LargeObjects,
        };
    }
}
