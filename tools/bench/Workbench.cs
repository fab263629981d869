namespace Gateway.Bench;

/// <summary>What every run of the bench needs: a folder of its own, wrk, and nginx as the upstream.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-");
    private readonly List<Subject> _subjects = [];

    private Workbench(string nginx, string wrk)
    {
        NginxProgram = nginx;
        Wrk = new Wrk(wrk, Folder);
    }

    public string Folder => _folder.FullName;

    public string NginxProgram { get; }

    public Wrk Wrk { get; }

    /// <summary>Where the fixed bodies are served.</summary>
    public int UpstreamPort { get; private set; }

    /// <exception cref="BenchException">wrk or nginx is not installed, or the upstream does not start.</exception>
    public static async Task<Workbench> SetUpAsync(CancellationToken cancellationToken)
    {
        var workbench = new Workbench(Program("nginx"), Program("wrk"));
        try
        {
            Subject upstream = workbench.Keep(await Nginx.StartUpstreamAsync(workbench.NginxProgram, workbench.Folder, cancellationToken));
            workbench.UpstreamPort = upstream.Port;
            return workbench;
        }
        catch
        {
            await workbench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has a process ended together with this workbench.</summary>
    public Subject Keep(Subject subject)
    {
        _subjects.Add(subject);
        return subject;
    }

    /// <summary>Starts the bare pass-through to the upstream.</summary>
    public async Task<Subject> StartPassThroughAsync(bool probed, CancellationToken cancellationToken)
    {
        int port = Subject.FreePort();
        HeapProbe? heap = probed ? new HeapProbe(Path.Combine(Folder, $"passthrough-{port}.sock")) : null;
        string assembly = Path.Combine(AppContext.BaseDirectory, "measured", "passthrough.dll");
        return await Subject.StartAsync("pass-through", ["dotnet", assembly, $"127.0.0.1:{UpstreamPort}", $"{port}"],
            port, Scenario.PassThroughPath, Folder, heap, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Subject subject in _subjects)
            await subject.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Program(string name)
    {
        // Debian keeps nginx where only the path of root looks.
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/sbin:/usr/local/sbin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists)
            ?? throw new BenchException($"{name} is not installed; on Debian: apt-get install {name}");
    }
}
