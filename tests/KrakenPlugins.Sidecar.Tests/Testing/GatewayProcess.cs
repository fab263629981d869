using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KrakenPlugins.Sidecar.Tests.Testing;

/// <summary>The real executable, serving a configuration on a free port.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    // …/tests/PROJECT/bin/<configuration>/net10.0/
    private static readonly string s_root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly Process _process;
    private readonly StringBuilder _lines = new();
    private readonly TaskCompletionSource _isListening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayProcess(string config, string plugins, int port)
    {
        _process = new Process { StartInfo = new ProcessStartInfo(Executable, ["run", "-c", config, "--plugins", plugins, "-p", port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true }, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Exited += (_, _) => _isListening.TrySetException(new InvalidOperationException($"the gateway ended:\n{Log}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Waiting.Patience };
    }

    /// <summary>Path of <c>gateway</c>.</summary>
    public static string Executable { get; } = Path.Combine(s_root, "core", "Gateway", "bin", s_configuration, "net10.0", "gateway");

    /// <summary>The folder of martian, as the build laid it out.</summary>
    public static string Martian { get; } = Path.Combine(s_root, "plugins", "Martian", "bin", s_configuration, "net10.0", "plugin", "martian");

    /// <summary>The folder of the plugin with a component at every layer.</summary>
    public static string EveryLayer { get; } = Path.Combine(s_root, "tests", "KrakenPlugins.EveryLayer", "bin", s_configuration, "net10.0");

    public HttpClient Client { get; }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Both its outputs so far.</summary>
    public string Log
    {
        get
        {
            lock (_lines)
                return _lines.ToString();
        }
    }

    public static async Task<GatewayProcess> StartAsync(string config, string plugins)
    {
        var gateway = new GatewayProcess(config, plugins, FreePort());
        await gateway._isListening.Task.InTime();
        return gateway;
    }

    /// <summary>The processes of its sidecars.</summary>
    public int[] Sidecars()
    {
        var parent = Id.ToString(CultureInfo.InvariantCulture);
        var found = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] != "Z" && fields[1] == parent && File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("\0sidecar\0", StringComparison.Ordinal))
                    found.Add(id);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A process that ended in between.
            }
        }
        return [.. found];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().InTime();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.AppendLine(line);
        if (line.Contains("Listening on port", StringComparison.Ordinal))
            _isListening.TrySetResult();
    }
}
