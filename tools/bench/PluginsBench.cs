using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>What plugins cost the start and the memory of the gateway: none, one, thirty, and thirty that are installed and not used.</summary>
internal static class PluginsBench
{
    private const int UnusedPort = 9000;
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bench-");
        try
        {
            GatewayProcess gateway = GatewayProcess.Find(options.GatewayPath, folder.FullName);
            progress.WriteLine("building the plugins that do nothing");
            string installed = Path.Combine(folder.FullName, "plugins");
            NoOpFolders.Stage(await BuildNoOpAsync(folder.FullName, cancellationToken), installed);
            PluginUnderTest one = PluginUnderTest.Read(options.PluginFolder ?? DefaultPlugin(gateway, installed));

            List<PluginCase> cases = Cases(one, options.PluginValue, installed);
            // The first start of all reads the files from the disk.
            await MeasureAsync(gateway, cases[0], cancellationToken);
            for (int round = 1; round <= options.Rounds; round++)
            {
                foreach (PluginCase item in cases)
                {
                    PluginStart start = await MeasureAsync(gateway, item, cancellationToken);
                    item.Starts.Add(start);
                    progress.WriteLine(FormattableString.Invariant($"round {round} {item.Name}: {start.Milliseconds:F1} ms, {start.CpuMilliseconds:F1} ms CPU, {start.ResidentBytes / 1048576.0:F1} MB"));
                }
            }
            return Report.Plugins(options, cases);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<PluginCase> Cases(PluginUnderTest one, string? value, string installed)
    {
        List<string> thirty = [.. Enumerable.Range(0, NoOpFolders.Count).Select(NoOpFolders.Namespace)];
        return
        [
            new("none", new PluginUse([]), PluginTarget.None),
            new($"{NoOpFolders.Count} installed, none used", new PluginUse([installed]), PluginTarget.Unused),
            new($"1: {one.Id}", new PluginUse([one.Folder]) { [one.Scope] = { [one.Namespace] = Parse(value) ?? one.DefaultValue } }, PluginTarget.One),
            new($"{NoOpFolders.Count} that do nothing", new PluginUse([installed]) { ["endpoint"] = new([.. thirty.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject()))]) }, PluginTarget.Thirty),
        ];
    }

    private static async Task<PluginStart> MeasureAsync(GatewayProcess gateway, PluginCase item, CancellationToken cancellationToken)
    {
        await using Subject subject = await gateway.StartAsync(GatewayProcess.Endpoints([Scenario.Baseline]), UnusedPort, probed: false, cancellationToken, item.Use);
        double cpu = ProcessTree.CpuClock(subject.Pid).TotalMilliseconds;
        await Task.Delay(Settling, cancellationToken);
        return new(subject.StartTime.TotalMilliseconds, cpu, ProcessTree.ResidentBytes(subject.Pid));
    }

    private static string DefaultPlugin(GatewayProcess gateway, string installed)
    {
        string martian = Path.Combine(gateway.Folder, "plugins", "martian");
        return Directory.Exists(martian) ? martian : NoOpFolders.Folder(installed, 0);
    }

    private static JsonNode? Parse(string? value)
    {
        try
        {
            return value is null ? null : JsonNode.Parse(value);
        }
        catch (JsonException e)
        {
            throw new BenchException($"--value: {e.Message}");
        }
    }

    // Compiled ahead of time, as a release compiles its plugins.
    private static async Task<string> BuildNoOpAsync(string folder, CancellationToken cancellationToken)
    {
        string output = Path.Combine(folder, "noop");
        string project = Path.Combine(GatewayProcess.FindRoot(), "tools", "bench", "noop", "NoOp.csproj");
        var start = new ProcessStartInfo("dotnet",
        [
            "publish", project, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false",
            "-p:PublishReadyToRun=true", "-v", "q", "--nologo", "-o", output,
        ]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new BenchException("dotnet could not be started");
        string text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output : throw new BenchException($"{project} cannot be built: {text}");
    }
}

/// <summary>What a configuration uses of plugins: the value of each namespace by scope.</summary>
/// <param name="folders">For <c>--plugins</c>.</param>
internal sealed class PluginUse(IReadOnlyList<string> folders)
{
    private readonly Dictionary<string, JsonObject> _scopes = [];

    public IReadOnlyList<string> Folders { get; } = folders;

    /// <summary>The <c>extra_config</c> that a scope gets besides its own.</summary>
    public JsonObject this[string scope]
    {
        get => _scopes.TryGetValue(scope, out JsonObject? found) ? found : _scopes[scope] = [];
        set => _scopes[scope] = value;
    }

    /// <summary>Adds the namespaces to a configuration: to the service, or to each endpoint or backend.</summary>
    public void AddTo(JsonObject configuration)
    {
        Add("service", configuration);
        foreach (JsonNode? endpoint in configuration["endpoints"]!.AsArray())
        {
            Add("endpoint", endpoint!.AsObject());
            foreach (JsonNode? backend in endpoint["backend"]!.AsArray())
                Add("backend", backend!.AsObject());
        }
    }

    private void Add(string scope, JsonObject place)
    {
        if (!_scopes.TryGetValue(scope, out JsonObject? values))
            return;
        if (place["extra_config"] is not JsonObject extra)
            place["extra_config"] = extra = [];
        foreach ((string name, JsonNode? value) in values)
            extra[name] = value?.DeepClone();
    }
}

/// <summary>One start of the gateway.</summary>
/// <param name="Milliseconds">To the first answer.</param>
/// <param name="CpuMilliseconds">User and system time of all threads by then.</param>
/// <param name="ResidentBytes">Half a second later.</param>
internal sealed record PluginStart(double Milliseconds, double CpuMilliseconds, double ResidentBytes);

/// <summary>What a case may cost above none.</summary>
/// <param name="Milliseconds">Of the start, or <see langword="null"/>.</param>
/// <param name="Megabytes">Resident, or <see langword="null"/>.</param>
internal sealed record PluginTarget(double? Milliseconds, double? Megabytes)
{
    public static PluginTarget None { get; } = new(null, null);
    public static PluginTarget Unused { get; } = new(5, null);
    public static PluginTarget One { get; } = new(25, null);
    public static PluginTarget Thirty { get; } = new(null, 30);
}

/// <summary>One way of using plugins.</summary>
internal sealed record PluginCase(string Name, PluginUse Use, PluginTarget Target)
{
    public List<PluginStart> Starts { get; } = [];

    /// <summary>
    /// The median of what a figure is above the same round's of another case: a slow minute of the machine slows both.
    /// </summary>
    public double Above(PluginCase other, Func<PluginStart, double> figure) =>
        Measurement.Median(Starts.Zip(other.Starts, (mine, others) => figure(mine) - figure(others)));

    /// <summary>The median of a figure.</summary>
    public double Median(Func<PluginStart, double> figure) => Measurement.Median(Starts.Select(figure));
}
