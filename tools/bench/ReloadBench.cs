using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>The gateway under load while its configuration and its plugin are replaced every second, beside the same load without.</summary>
internal static class ReloadBench
{
    private const int Connections = 64;
    private const int ReloadsForMemory = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured, a request failed, or one was served by two configurations.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        await using Workbench workbench = await Workbench.SetUpAsync(cancellationToken);
        GatewayProcess gateway = GatewayProcess.Find(options.GatewayPath, workbench.Folder);
        int port = Subject.FreePort();
        var versions = new StampVersions(workbench.Folder, port, workbench.UpstreamPort);
        progress.WriteLine("building two versions of a plugin");
        await versions.BuildAsync(cancellationToken);
        versions.Write(0);
        Subject subject = workbench.Keep(await gateway.StartAsync(versions.File, ["--plugins", versions.Plugins], port, cancellationToken));
        using HttpClient admin = Admin(versions.AdminSocket);
        var load = new CheckedLoad(port, Connections);
        var seconds = new List<double>();

        progress.WriteLine("warm-up");
        await LoadAsync(load, TimeSpan.FromSeconds(options.Warmup), cancellationToken);
        progress.WriteLine("without reloads");
        CheckedResult still = await LoadAsync(load, TimeSpan.FromSeconds(options.Duration), cancellationToken);
        progress.WriteLine("with a reload every second");
        Task<CheckedResult> loading = LoadAsync(load, TimeSpan.FromSeconds(options.Duration), cancellationToken);
        int number = 0;
        using (var timer = new PeriodicTimer(Interval))
        {
            while (!loading.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
                seconds.Add(await ReloadAsync(versions, ++number, admin, cancellationToken));
        }
        CheckedResult moving = await loading;
        progress.WriteLine($"{ReloadsForMemory} reloads without load");
        var memory = await MemoryAsync(subject, versions, number, admin, cancellationToken);

        string report = Report.Reloads(options, still, moving, seconds, memory);
        if (moving.Failures + moving.Mixed + still.Failures > 0)
            throw new BenchException($"requests failed ({moving.FirstFailure ?? still.FirstFailure ?? "mixed answers"})\n{report}");
        return report;
    }

    private static async Task<CheckedResult> LoadAsync(CheckedLoad load, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(duration);
        return await load.RunAsync(stop.Token);
    }

    // The first reloads fill what later ones use again, so the middle is compared with the end.
    private static async Task<(double Middle, double End)> MemoryAsync(Subject subject, StampVersions versions, int number, HttpClient admin, CancellationToken cancellationToken)
    {
        double middle = 0;
        for (int i = 1; i <= ReloadsForMemory; i++)
        {
            await ReloadAsync(versions, number + i, admin, cancellationToken);
            if (i != ReloadsForMemory / 2)
                continue;
            await Task.Delay(Settling, cancellationToken);
            middle = ProcessTree.ResidentBytes(subject.Pid);
        }
        await Task.Delay(Settling, cancellationToken);
        return (middle, ProcessTree.ResidentBytes(subject.Pid));
    }

    private static async Task<double> ReloadAsync(StampVersions versions, int number, HttpClient admin, CancellationToken cancellationToken)
    {
        versions.Write(number);
        long begin = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await admin.PostAsync(new Uri("http://localhost/reload"), null, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode || JsonNode.Parse(text)?["reloaded"]?.GetValue<bool>() != true)
            throw new BenchException($"a reload was refused: {text}");
        return seconds;
    }

    private static HttpClient Admin(string socket)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", StampVersions.AdminToken);
        return client;
    }
}
