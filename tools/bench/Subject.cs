using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.Bench;

/// <summary>A server process that the bench has started, and ends.</summary>
internal sealed class Subject : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private readonly Process _process;
    private readonly string _errors;

    private Subject(string name, int port, Process process, string errors, HeapProbe? heap)
    {
        Name = name;
        Port = port;
        _process = process;
        _errors = errors;
        Heap = heap;
    }

    /// <summary>For the report.</summary>
    public string Name { get; }

    public int Port { get; }

    public int Pid => _process.Id;

    /// <summary>Present where a .NET process was started with a probe.</summary>
    public HeapProbe? Heap { get; }

    /// <summary>From the start of the process to its first answer 200 on the path that <see cref="StartAsync"/> was given.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts a program that listens on 127.0.0.1 and waits until it answers 200 on <paramref name="readyPath"/>.</summary>
    /// <exception cref="BenchException">It ended, or did not answer within 60 s; the message holds what it wrote to standard error.</exception>
    public static async Task<Subject> StartAsync(
        string name, IReadOnlyList<string> command, int port, string readyPath, string folder, HeapProbe? heap, CancellationToken cancellationToken)
    {
        string errors = Path.Combine(folder, $"{name}-{port}.err");
        // The shell replaces itself by the program: its output goes to /dev/null itself, not through a pipe that this process would have to drain.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec 2>\"$1\"; shift; exec \"$@\" >/dev/null", "sh", errors, .. command]) { WorkingDirectory = folder };
        foreach ((string variable, string value) in heap?.Environment ?? [])
            start.Environment[variable] = value;

        long begin = Stopwatch.GetTimestamp();
        Process process = Process.Start(start) ?? throw new BenchException($"{name}: {command[0]} could not be started");
        var subject = new Subject(name, port, process, errors, heap);
        try
        {
            await subject.WaitUntilReadyAsync(readyPath, begin, cancellationToken);
            return subject;
        }
        catch
        {
            await subject.DisposeAsync();
            throw;
        }
    }

    /// <summary>The answer to one GET, with a token when one is given.</summary>
    public async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(string path, CancellationToken cancellationToken, string? token = null)
    {
        using HttpClient client = NewClient();
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using HttpResponseMessage response = await client.GetAsync(new Uri($"http://127.0.0.1:{Port}{path}"), cancellationToken);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        // Asked first: a killed nginx leaves its workers behind.
        if (!_process.HasExited && Signal(_process.Id, Terminate) == 0)
        {
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int pid, int signal);

    // A proxy of the environment must not come between.
    private static HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false });

    private async Task WaitUntilReadyAsync(string path, long begin, CancellationToken cancellationToken)
    {
        using HttpClient client = NewClient();
        var address = new Uri($"http://127.0.0.1:{Port}{path}");
        string last = "no answer";
        while (Stopwatch.GetElapsedTime(begin) < StartLimit)
        {
            if (_process.HasExited)
                throw new BenchException($"{Name} ended with status {_process.ExitCode} before it answered: {await File.ReadAllTextAsync(_errors, cancellationToken)}");
            try
            {
                using HttpResponseMessage response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    StartTime = Stopwatch.GetElapsedTime(begin);
                    return;
                }
                last = $"status {(int)response.StatusCode}";
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }
            await Task.Delay(1, cancellationToken);
        }
        throw new BenchException($"{Name} did not answer 200 on {path} within {StartLimit.TotalSeconds} s ({last}): {await File.ReadAllTextAsync(_errors, cancellationToken)}");
    }
}
