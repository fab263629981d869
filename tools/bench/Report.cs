using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Bench;

/// <summary>Writes results as Markdown.</summary>
internal static class Report
{
    private const double Megabyte = 1024 * 1024;

    public static string Load(BenchOptions options, IReadOnlyList<Case> cases, IReadOnlyList<ColdStart> coldStarts)
    {
        StringBuilder text = Begin("Load", LoadConditions(options));
        Table(text, ["scenario", "server", .. MeasurementColumns],
            cases.Select(item => (string[])[$"{item.Scenario.Name} {item.Scenario.What}", item.Subject.Name, .. Cells(Measurement.MedianOf(item.Runs))]));

        text.Append("\n## Start and memory\n\n");
        Table(text, ["server", "start to first 200, ms", "idle, MB", "after the last run, MB"], coldStarts.Select(start => (string[])
        [
            start.Name,
            Number(start.Milliseconds, 0),
            Number(start.IdleBytes / Megabyte, 1),
            cases.LastOrDefault(item => item.Subject.Name == start.Name) is { } last ? $"{Number(last.Runs[^1].ResidentBytes / Megabyte, 1)} ({last.Scenario.Name})" : "–",
        ]));

        double unit = Cpu(cases.First(item => item.Scenario == Scenario.Baseline && item.Subject.Name == "pass-through"));
        text.Append(Inv, $"\n## CPU per request as a multiple of the bare pass-through's in S1 ({Number(unit, 3)} s per 10,000)\n\n");
        Table(text, ["scenario", "server", "ratio", "target", ""], cases.Select(item => Ratio(item, Cpu(item) / unit)));
        return text.ToString();
    }

    public static string Routes(BenchOptions options, IReadOnlyList<(int Count, Case Case)> cases)
    {
        StringBuilder text = Begin("Number of endpoints", LoadConditions(options));
        Table(text, ["endpoints", "start to first 200, ms", .. MeasurementColumns], cases.Select(item => (string[])
        [
            item.Count.ToString("N0", Inv),
            Number(item.Case.Subject.StartTime.TotalMilliseconds, 0),
            .. Cells(Measurement.MedianOf(item.Case.Runs)),
        ]));
        return text.ToString();
    }

    public static string Tokens(BenchOptions options, IReadOnlyList<(string What, Case Case)> cases) => AgainstTheFirst("Tokens", options, cases);

    public static string Cache(BenchOptions options, IReadOnlyList<(string What, Case Case)> cases) => AgainstTheFirst("Cache", options, cases);

    private static string AgainstTheFirst(string title, BenchOptions options, IReadOnlyList<(string What, Case Case)> cases)
    {
        StringBuilder text = Begin(title, LoadConditions(options));
        Table(text, ["endpoint", "throughput as a multiple of the first", "CPU as a multiple of the first", .. MeasurementColumns], cases.Select(item => (string[])
        [
            item.What,
            Number(Throughput(item.Case) / Throughput(cases[0].Case), 2),
            Number(Cpu(item.Case) / Cpu(cases[0].Case), 2),
            .. Cells(Measurement.MedianOf(item.Case.Runs)),
        ]));
        return text.ToString();
    }

    public static string Plugins(BenchOptions options, IReadOnlyList<PluginCase> cases)
    {
        StringBuilder text = Begin("Plugins", $"Medians of {options.Rounds} interleaved starts; what is above none, of the differences within a round.");
        PluginCase none = cases[0];
        Table(text, ["plugins", "start to first 200, ms", "above none", "CPU by then, ms", "above none", "resident, MB", "above none", "target", ""], cases.Select(item => (string[])
        [
            item.Name,
            Number(item.Median(start => start.Milliseconds), 1),
            Above(item, none, start => start.Milliseconds),
            Number(item.Median(start => start.CpuMilliseconds), 1),
            Above(item, none, start => start.CpuMilliseconds),
            Number(item.Median(start => start.ResidentBytes) / Megabyte, 1),
            Above(item, none, start => start.ResidentBytes / Megabyte),
            .. TargetCells(item, none),
        ]));
        return text.ToString();
    }

    /// <summary>What reloads cost those who call.</summary>
    /// <param name="options">How it was measured.</param>
    /// <param name="still">Without reloads.</param>
    /// <param name="moving">With a reload every second.</param>
    /// <param name="seconds">Of each reload.</param>
    /// <param name="memory">Resident bytes after half of the reloads without load, and after all.</param>
    public static string Reloads(BenchOptions options, CheckedResult still, CheckedResult moving, IReadOnlyList<double> seconds, (double Middle, double End) memory)
    {
        StringBuilder text = Begin("Reloads", $"Upstream, load generator and server share the machine. 64 connections, {options.Duration} s each after {options.Warmup} s of warm-up; each reload brings another configuration and another build of its plugin.");
        Table(text, ["", "req/s", "p50, ms", "p99, ms", "slowest, ms", "connections opened", "failed", "reset", "of two configurations"],
            [Row("without reloads", still), Row($"{seconds.Count} reloads", moving)]);
        text.Append(Inv, $"\np99 with reloads is {Number(moving.Percentile(0.99) / still.Percentile(0.99), 2)} times that without (target: < 3). ");
        text.Append(Inv, $"A reload took {Number(Measurement.Median(seconds) * 1000, 0)} ms (median), {Number(seconds.Max() * 1000, 0)} ms at most. ");
        text.Append(Inv, $"Resident after 100 further reloads {Number(memory.Middle / Megabyte, 1)} MB, after 200 {Number(memory.End / Megabyte, 1)} MB.\n");
        return text.ToString();

        static string[] Row(string name, CheckedResult load) =>
        [
            name, load.RequestsPerSecond.ToString("N0", Inv), Number(load.Percentile(0.5), 2), Number(load.Percentile(0.99), 2), Number(load.Percentile(1), 1),
            load.Connections.ToString(Inv), load.Failures.ToString(Inv), load.Resets.ToString(Inv), load.Mixed.ToString(Inv),
        ];
    }

    /// <summary>What a plugin costs in a process of its own.</summary>
    public static string Sidecars(BenchOptions options, IReadOnlyList<SidecarCase> cases)
    {
        StringBuilder text = Begin("Sidecars", LoadConditions(options));
        var measured = cases.Select(item => (item.What, One: Measurement.MedianOf(item.One.Runs), Many: Measurement.MedianOf(item.Many.Runs))).ToList();
        var none = measured[0];
        var inProcess = measured.First(item => item.What == SidecarCase.InProcess);
        string many = $"at {SidecarBench.Many}";
        Table(text, ["plugin", "p50, µs at 1", "added", "p99, µs at 1", "added", $"req/s {many}", "of in process", $"CPU µs per request {many}, both processes", "added", "RSS, MB, both"],
            measured.Select(item => (string[])
            [
                item.What,
                Micro(item.One.P50), Added(item.One.P50 - none.One.P50), Micro(item.One.P99), Added(item.One.P99 - none.One.P99),
                item.Many.RequestsPerSecond.ToString("N0", Inv), (item.Many.RequestsPerSecond / inProcess.Many.RequestsPerSecond).ToString("P0", Inv),
                Micro(item.Many.CpuPer10K / 10), Added((item.Many.CpuPer10K - none.Many.CpuPer10K) / 10),
                Number(item.Many.ResidentBytes / Megabyte, 1),
            ]));
        var sidecar = measured.First(item => item.What == SidecarCase.DotNet);
        text.Append('\n');
        Table(text, ["target", "", ""],
        [
            Target("added p50 at one connection below 150 µs", (sidecar.One.P50 - none.One.P50) * 1000, value => value < 150, "µs"),
            Target("added CPU of both processes at 64 connections below 100 µs per request", (sidecar.Many.CpuPer10K - none.Many.CpuPer10K) * 100, value => value < 100, "µs"),
            Target("throughput of a .NET sidecar at least 40 % of the same in process", sidecar.Many.RequestsPerSecond / inProcess.Many.RequestsPerSecond * 100, value => value >= 40, "%"),
        ]);
        return text.ToString();

        // Milliseconds as microseconds.
        static string Micro(double milliseconds) => Number(milliseconds * 1000, 0);
        string Added(double milliseconds) => milliseconds.CompareTo(0) == 0 ? "–" : (milliseconds * 1000).ToString("+0;-0;0", Inv);
        static string[] Target(string what, double value, Func<double, bool> isMet, string unit) => [what, $"{Number(value, 0)} {unit}", isMet(value) ? "met" : "missed"];
    }

    private static string Above(PluginCase item, PluginCase none, Func<PluginStart, double> figure) =>
        item == none ? "–" : item.Above(none, figure).ToString("+0.0;-0.0;0.0", Inv);

    private static string[] TargetCells(PluginCase item, PluginCase none) => item.Target switch
    {
        { Milliseconds: { } limit } => [$"< {Number(limit, 0)} ms", item.Above(none, start => start.Milliseconds) < limit ? "met" : "missed"],
        { Megabytes: { } limit } => [$"< {Number(limit, 0)} MB", item.Above(none, start => start.ResidentBytes / Megabyte) < limit ? "met" : "missed"],
        _ => ["–", ""],
    };

    /// <summary>A GitHub table.</summary>
    public static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.Append("| ").AppendJoin(" | ", head).Append(" |\n|").Insert(text.Length, "---|", head.Length).Append('\n');
        foreach (string[] row in rows)
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
    }

    private static string[] MeasurementColumns =>
        ["req/s", "p50, ms", "p99, ms", "CPU s per 10,000", "RSS, MB", "allocated, B per request", "collections", "LOH, MB"];

    private static string[] Cells(Measurement m) =>
    [
        m.RequestsPerSecond.ToString("N0", Inv),
        Number(m.P50, 2),
        Number(m.P99, 2),
        Number(m.CpuPer10K, 3),
        Number(m.ResidentBytes / Megabyte, 1),
        m.AllocatedPerRequest?.ToString("N0", Inv) ?? "–",
        m.Collections is { } collections ? Number(collections, 0) : "–",
        m.LargeObjectBytes is { } bytes ? Number(bytes / Megabyte, 1) : "–",
    ];

    private static string[] Ratio(Case item, double ratio) => item.Subject.Name == "gateway"
        ? [item.Scenario.Name, item.Subject.Name, Number(ratio, 2), $"≤ {Number(item.Scenario.Target, 1)}", ratio <= item.Scenario.Target ? "met" : "missed"]
        : [item.Scenario.Name, item.Subject.Name, Number(ratio, 2), "–", ""];

    private static string LoadConditions(BenchOptions options) =>
        $"Upstream, load generator and server share the machine. Medians of {options.Rounds} interleaved runs of {options.Duration} s after {options.Warmup} s of warm-up each.";

    private static StringBuilder Begin(string title, string conditions) => new StringBuilder()
        .Append(Inv, $"# {title}\n\n")
        .Append(Inv, $"{Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}. ")
        .Append(conditions).Append("\n\n");

    private static string Processor()
    {
        string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static double Cpu(Case item) => Measurement.MedianOf(item.Runs).CpuPer10K;

    private static double Throughput(Case item) => Measurement.MedianOf(item.Runs).RequestsPerSecond;

    private static string Number(double value, int digits) => value.ToString("F" + digits.ToString(Inv), Inv);

    private static CultureInfo Inv => CultureInfo.InvariantCulture;
}
