using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>The gateway under test: its executable and the configurations that the bench writes for it.</summary>
internal sealed class GatewayProcess(IReadOnlyList<string> command, string folder)
{
    public const string HealthPath = "/__health";
    private int _started;

    /// <summary>Folder of the executable, which holds its <c>plugins</c>.</summary>
    public string Folder => Path.GetDirectoryName(command[^1])!;

    /// <summary>Finds the executable.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    public static GatewayProcess Find(string? path, string folder)
    {
        path = Path.GetFullPath(path ?? Path.Combine(FindRoot(), "artifacts", "gateway", "gateway"));
        if (!File.Exists(path))
            throw new BenchException($"{path}: no such file; run ./build.sh release, name another with --gateway PATH, or leave it out with --skip-gateway");
        return new GatewayProcess(path.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", path] : [path], folder);
    }

    /// <summary>Starts it on a free port with these endpoints; ready when <c>/__health</c> answers 200.</summary>
    /// <exception cref="BenchException">It does not start.</exception>
    public async Task<Subject> StartAsync(JsonArray endpoints, int upstreamPort, bool probed, CancellationToken cancellationToken, PluginUse? plugins = null)
    {
        int port = Subject.FreePort();
        string configuration = Path.Combine(folder, $"krakend-{++_started}.json");
        JsonObject document = Configuration(endpoints, port, upstreamPort);
        plugins?.AddTo(document);
        await File.WriteAllTextAsync(configuration, document.ToJsonString(), cancellationToken);
        HeapProbe? heap = probed ? new HeapProbe(Path.Combine(folder, $"gateway-{_started}.sock")) : null;
        return await Subject.StartAsync("gateway", [.. command, "run", "-c", configuration, .. plugins?.Folders.SelectMany(folder => (string[])["--plugins", folder]) ?? []], port, HealthPath, folder, heap, cancellationToken);
    }

    /// <summary>Starts it with a configuration that is there; ready when <c>/__health</c> answers 200.</summary>
    /// <exception cref="BenchException">It does not start.</exception>
    public Task<Subject> StartAsync(string configuration, IReadOnlyList<string> arguments, int port, CancellationToken cancellationToken) =>
        Subject.StartAsync("gateway", [.. command, "run", "-c", configuration, .. arguments], port, HealthPath, folder, null, cancellationToken);

    /// <summary>One endpoint for each scenario.</summary>
    public static JsonArray Endpoints(IEnumerable<Scenario> scenarios) => new([.. scenarios.Select(scenario => Endpoint(scenario, scenario.Path))]);

    /// <summary>The endpoint of a scenario under a path.</summary>
    public static JsonObject Endpoint(Scenario scenario, string path)
    {
        var endpoint = (JsonObject)scenario.Endpoint.DeepClone();
        endpoint["endpoint"] = path;
        return endpoint;
    }

    private static JsonObject Configuration(JsonArray endpoints, int port, int upstreamPort) => new()
    {
        ["version"] = 3,
        ["listen_ip"] = "127.0.0.1",
        ["port"] = port,
        ["timeout"] = "10s",
        ["host"] = new JsonArray($"http://127.0.0.1:{upstreamPort}"),
        ["extra_config"] = new JsonObject { ["router"] = new JsonObject { ["disable_access_log"] = true } },
        ["endpoints"] = endpoints,
    };

    /// <summary>The folder of the solution, or the current one.</summary>
    public static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("*.sln").Any())
                return folder.FullName;
        }
        return Environment.CurrentDirectory;
    }
}
