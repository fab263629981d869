using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Gateway.Testing;

namespace Gateway.EndToEnd;

/// <summary>A gateway process that listens on a port of its own.</summary>
internal sealed partial class RunningGateway : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    private RunningGateway(Process process, int port)
    {
        _process = process;
        Port = port;
        process.OutputDataReceived += (_, e) => Append(_out, e.Data);
        process.ErrorDataReceived += (_, e) => Append(_error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = s_limit };
    }

    public int Port { get; }

    public int Id => _process.Id;

    public HttpClient Client { get; }

    /// <summary>Standard output so far.</summary>
    public string Out => Read(_out);

    /// <summary>Standard error so far.</summary>
    public string Error => Read(_error);

    /// <summary><c>run</c> with a configuration text, on a free port given by <c>-p</c>; ready when it says that it listens.</summary>
    public static Task<RunningGateway> RunAsync(Folder folder, string json, params string[] args) =>
        StartAsync(folder.Path, ["run", "-c", folder.Write("krakend.json", json), .. args]);

    /// <summary>Any command that serves, on a free port; of another program when one is given, which must become the gateway in its own process.</summary>
    public static async Task<RunningGateway> StartAsync(string? workingDirectory, string[] args, IReadOnlyDictionary<string, string>? environment = null, string? program = null)
    {
        while (true)
        {
            var port = FreePort();
            if (await TryStartAsync(workingDirectory, [.. args, "-p", port.ToString(CultureInfo.InvariantCulture)], port, environment, program) is { } gateway)
                return gateway;
        }
    }

    // Null when another process took the port in between.
    private static async Task<RunningGateway?> TryStartAsync(string? workingDirectory, string[] args, int port, IReadOnlyDictionary<string, string>? environment, string? program = null)
    {
        var gateway = new RunningGateway(Executable.Start(program ?? Executable.Path, workingDirectory, environment, args), port);
        await WaitUntilAsync(() => gateway.Out.Contains("Listening on port", StringComparison.Ordinal) || gateway._process.HasExited, () => gateway.Everything());
        if (!gateway._process.HasExited)
            return gateway;
        var output = gateway.Everything();
        await gateway.DisposeAsync();
        return output.Contains("already in use", StringComparison.Ordinal) ? null : throw new InvalidOperationException(output);
    }

    /// <summary><c>run</c> with a configuration text that has the port itself, in place of <c>$PORT</c>, so that a reload can change it.</summary>
    public static async Task<RunningGateway> RunOnPortOfFileAsync(Folder folder, string json, params string[] args)
    {
        while (true)
        {
            var port = FreePort();
            var file = folder.Write("krakend.json", json.Replace("$PORT", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            if (await TryStartAsync(folder.Path, ["run", "-c", file, .. args], port, null) is { } gateway)
                return gateway;
        }
    }

    /// <summary>Any command that serves, on the port that its configuration names.</summary>
    public static async Task<RunningGateway> ServeOnAsync(int port, string? workingDirectory, string[] args) =>
        await TryStartAsync(workingDirectory, args, port, null) ?? throw new InvalidOperationException($"port {port} is taken");

    /// <summary>A port outside the range that the system gives to outgoing connections, so that it stays free.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15000, 32000);
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one.
            }
        }
    }

    /// <summary>Sends a signal.</summary>
    public void Send(PosixSignal signal) => Kill(_process.Id, signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        _ => 15,
    });

    /// <summary>Waits for the log to say something.</summary>
    public Task WaitForLogAsync(string text) => WaitForLogAsync(text, 1);

    /// <summary>Waits for the log to say something a number of times.</summary>
    public Task WaitForLogAsync(string text, int times) => WaitUntilAsync(() => Out.Split(text).Length > times, () => $"the log never said: {text}\n{Everything()}");

    /// <summary>Waits for the end and gives the exit status.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits for a condition with a deadline that a busy machine keeps.</summary>
    public static async Task WaitUntilAsync(Func<bool> condition, Func<string> failure)
    {
        var deadline = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (deadline.Elapsed > s_limit)
                throw new TimeoutException(failure());
            await tick.WaitForNextTickAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Everything() => $"{Out}\n--- standard error\n{Error}";

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
