using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing;

/// <summary>A Redis server of a test, on a free port of this machine, without a file that outlives it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("krakend-redis-").FullName;
    private readonly string[] _arguments;
    private readonly bool _isTls;
    private Process? _process;

    private RedisServer(bool isTls, string[] arguments)
    {
        Port = FreePort();
        _isTls = isTls;
        _arguments = arguments;
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts one.</summary>
    /// <param name="arguments">More of its settings, as <c>--requirepass</c>, <c>secret</c>.</param>
    public static Task<RedisServer> StartAsync(params string[] arguments) => StartAsync(isTls: false, arguments);

    /// <summary>Starts one that speaks TLS alone.</summary>
    /// <param name="files">Holds <c>server.pem</c>, <c>server.key</c> and <c>ca.pem</c>.</param>
    /// <param name="wantsClientCertificate">Whether it refuses clients without a certificate.</param>
    public static Task<RedisServer> StartTlsAsync(PemFolder files, bool wantsClientCertificate)
    {
        ArgumentNullException.ThrowIfNull(files);
        return StartAsync(isTls: true, "--tls-cert-file", files["server.pem"], "--tls-key-file", files["server.key"], "--tls-ca-cert-file", files["ca.pem"],
            "--tls-auth-clients", wantsClientCertificate ? "yes" : "no");
    }

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts a killed one again, empty, on its port.</summary>
    public async Task RestartAsync()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] common = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder, "--loglevel", "warning"];
        foreach (var argument in (IEnumerable<string>)[.. common, .. _isTls ? ["--port", "0", "--tls-port", port] : new[] { "--port", port }, .. _arguments])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Wait.UntilAsync(Listens, () => $"redis-server does not listen on {Address}");
    }

    /// <summary>Stops its process as <c>SIGSTOP</c> does: connections stay open, nothing is answered.</summary>
    public void Freeze() => Signal("-STOP");

    /// <summary>Lets a frozen one go on.</summary>
    public void Thaw() => Signal("-CONT");

    /// <summary>Runs <c>redis-cli</c> against it and gives its output, trimmed.</summary>
    public string Cli(params string[] arguments) => Run("redis-cli", ["-p", Port.ToString(CultureInfo.InvariantCulture), .. arguments]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A port that was free a moment ago.</summary>
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static string Run(string file, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }

    private static async Task<RedisServer> StartAsync(bool isTls, params string[] arguments)
    {
        var server = new RedisServer(isTls, arguments);
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private bool Listens()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"redis-server ended with status {_process.ExitCode}");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            // It listens before it has read all of its settings.
            return _isTls || (socket.Send("PING\r\n"u8) > 0 && socket.Receive(new byte[16]) > 0);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Signal(string signal) => Run("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
}

/// <summary>A cluster of three servers with a replica each.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private RedisCluster(IReadOnlyList<RedisServer> servers) => Servers = servers;

    /// <summary>The servers: three with slots, in their order, then three replicas.</summary>
    public IReadOnlyList<RedisServer> Servers { get; }

    /// <summary>Starts one; it fails over a second after a server is gone.</summary>
    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster(await Task.WhenAll(Enumerable.Range(0, 6).Select(static _ => RedisServer.StartAsync(
            "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", RedisServer.FreePort().ToString(CultureInfo.InvariantCulture)))));
        try
        {
            var output = RedisServer.Run("redis-cli", ["--cluster", "create", .. cluster.Servers.Select(static s => s.Address), "--cluster-replicas", "1", "--cluster-yes"]);
            await Wait.UntilAsync(() => cluster.Servers.All(static s => s.Cli("cluster", "info").Contains("cluster_state:ok", StringComparison.Ordinal)), () => output);
            await Wait.UntilAsync(() => cluster.Servers.Skip(3).All(static s => s.Cli("info", "replication").Contains("master_link_status:up", StringComparison.Ordinal)), static () => "the replicas are not in step");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
            await server.DisposeAsync();
    }
}
