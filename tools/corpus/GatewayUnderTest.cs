using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Corpus;

/// <summary>What a command printed, and its exit status.</summary>
internal sealed record Outcome(int Status, string Text);

/// <summary>The gateway under test, run in the folder of the files with an environment of its own.</summary>
internal sealed class GatewayUnderTest(string path, string folder, IReadOnlyDictionary<string, string> environment)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command to its end.</summary>
    public async Task<Outcome> RunAsync(params string[] args)
    {
        using var process = Start(args, out var text);
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new(-1, $"did not end within {s_limit.TotalSeconds} s\n{Read(text)}");
        }
        return new(process.ExitCode, Read(text));
    }

    /// <summary>Serves a configuration while the calls are made; what went wrong, or nothing.</summary>
    public async Task<string?> ServeAsync(IReadOnlyList<string> args, Func<HttpClient, Task> calls)
    {
        var port = FreePort();
        using var process = Start(["run", .. args, "-p", port.ToString(CultureInfo.InvariantCulture)], out var text);
        try
        {
            var clock = Stopwatch.StartNew();
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            // Not by its log: files may switch that off.
            while (!await AcceptsAsync(port))
            {
                if (process.HasExited || clock.Elapsed > s_limit)
                    return $"does not start\n{Read(text)}";
                await tick.WaitForNextTickAsync();
            }
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
            {
                BaseAddress = new Uri($"http://127.0.0.1:{port}"),
                Timeout = s_limit,
            };
            await calls(client);
            return null;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private Process Start(string[] args, out StringBuilder text)
    {
        var start = new ProcessStartInfo(path, args) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var name in start.Environment.Keys.Where(static n => n.StartsWith("KRAKEND_", StringComparison.Ordinal) || n.StartsWith("FC_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var output = text = new StringBuilder();
        var process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output)
                output.Append(line.Data).Append('\n');
        }
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
