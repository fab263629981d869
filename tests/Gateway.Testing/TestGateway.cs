using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Testing;

/// <summary>How a <see cref="TestGateway"/> is started.</summary>
public sealed record TestGatewayOptions
{
    /// <summary>Components of plugins under test.</summary>
    public PluginRegistry Plugins { get; init; } = new();

    /// <summary>Folders with plugins on disk; empty for none.</summary>
    public IReadOnlyList<string> PluginFolders { get; init; } = [];

    /// <summary>Bounds of the engine.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>Environment variables that the gateway sees.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Clock of the gateway.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Port to bind; 0 lets the system choose.</summary>
    public int Port { get; init; }

    /// <summary>Values of <c>--allow-missing</c>.</summary>
    public IReadOnlySet<string> AllowMissing { get; init; } = new HashSet<string>();

    /// <summary>Whether <c>-d</c> is given.</summary>
    public bool Debug { get; init; }

    /// <summary>The command of a plugin to serve in place of the endpoints.</summary>
    public ServedCommand? Command { get; init; }

    /// <summary>Standard output in place of the one that <see cref="TestGateway.Log"/> shows.</summary>
    public Stream? Output { get; init; }

    /// <summary>Whether standard output counts as a terminal that shows colours.</summary>
    public bool IsTerminal { get; init; }
}

/// <summary>
/// A gateway in this process on a free port, from a configuration text: HTTP in, HTTP out. The placeholder <c>$UPSTREAM</c> in the
/// text stands for the host given.
/// </summary>
public sealed class TestGateway : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly GatewayHost _host;
    private readonly LogSink _sink;
    private readonly LogStream _log;
    private readonly string _file;
    private PluginHost _plugins = null!;
    private LoadOptions _load = null!;
    private string _upstream = "";
    private bool _stopped;

    private TestGateway(GatewayHost host, LogSink sink, LogStream log, string file, ServiceConfig config, ConfigDiagnostics diagnostics)
    {
        Config = config;
        _host = host;
        _sink = sink;
        _log = log;
        _file = file;
        Diagnostics = diagnostics;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{host.Port}"),
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>Port of the listener.</summary>
    public int Port => _host.Port;

    /// <summary>A client that follows nothing, inflates nothing and keeps no cookies.</summary>
    public HttpClient Client { get; }

    /// <summary>The configuration as it was loaded; the port that is bound is <see cref="Port"/>.</summary>
    public ServiceConfig Config { get; }

    /// <summary>Findings of the load.</summary>
    public ConfigDiagnostics Diagnostics { get; }

    /// <summary>The gateway itself.</summary>
    public GatewayHost Host => _host;

    /// <summary>The file that the configuration was read from.</summary>
    public string ConfigFile => _file;

    /// <summary>Everything logged so far, application and access log.</summary>
    public string Log => _log.ToString();

    /// <summary>Starts a gateway; throws <see cref="InvalidOperationException"/> with all findings when the configuration does not load.</summary>
    public static async Task<TestGateway> StartAsync(string json, string upstream = "", TestGatewayOptions? options = null)
    {
        options ??= new();
        var file = Path.Combine(Path.GetTempPath(), $"krakend-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, json.Replace("$UPSTREAM", upstream, StringComparison.Ordinal));
        var plugins = new PluginHost(PluginSearch.None with { CommandLine = options.PluginFolders }) { AllowMissing = options.AllowMissing };
        var load = new LoadOptions
        {
            Environment = name => options.Environment.GetValueOrDefault(name),
            PluginFolderKnown = plugins.Discover,
            IsAvailable = (scope, name) => options.Plugins.Handles(scope, name) || plugins.ProvidesNamespace(scope, name),
            IsEncodingAvailable = (kind, name) => options.Plugins.HandlesEncoding(kind, name) || plugins.ProvidesEncoding(kind, name),
            IsDiscoveryAvailable = name => options.Plugins.HandlesDiscovery(name) || plugins.ProvidesDiscovery(name),
            IsKindAvailable = (kind, name) => options.Plugins.Provides(kind, name) || plugins.ProvidesKind(kind, name),
            AllowMissing = options.AllowMissing,
            DebugEndpoint = options.Debug,
        };
        var loaded = ConfigLoader.Load(file, load);
        if (loaded.Config is null)
        {
            plugins.Dispose();
            File.Delete(file);
            throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics.All));
        }
        var log = new LogStream();
        var sink = new LogSink(options.Output ?? log, options.Limits.LogQueue);
        var host = GatewayHost.Create(loaded.Config, loaded.Diagnostics, new GatewayHostOptions
        {
            Port = options.Port,
            Log = sink,
            Limits = options.Limits,
            Plugins = options.Plugins,
            Command = options.Command,
            IsTerminal = options.IsTerminal,
            PluginHost = plugins,
            Time = options.Time,
            Environment = name => options.Environment.GetValueOrDefault(name),
        });
        await Wait.ForAsync(host.StartAsync(), s_limit, () => $"the gateway waited for its listener; its log:\n{log}");
        return new TestGateway(host, sink, log, file, loaded.Config, loaded.Diagnostics) { _plugins = plugins, _load = load, _upstream = upstream };
    }

    /// <summary>Takes up another configuration text; throws as <see cref="StartAsync"/> and <see cref="GatewayHost.ReloadAsync"/> do.</summary>
    public async Task ReloadAsync(string json)
    {
        await File.WriteAllTextAsync(_file, json.Replace("$UPSTREAM", _upstream, StringComparison.Ordinal));
        var loaded = ConfigLoader.Load(_file, _load);
        if (loaded.Config is null)
            throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics.All));
        await _host.ReloadAsync(loaded.Config, loaded.Diagnostics);
    }

    /// <summary>Waits until the log holds a text; throws <see cref="TimeoutException"/> after ten seconds.</summary>
    public Task WaitForLogAsync(string text) =>
        Wait.UntilAsync(() => Log.Contains(text, StringComparison.Ordinal), () => $"the log never said: {text}\n{Log}");

    /// <summary>
    /// Sends raw bytes over a connection of its own and returns everything that comes back until the gateway closes or is silent for a
    /// while; throws <see cref="TimeoutException"/> when it does neither within 30 seconds.
    /// </summary>
    public async Task<string> SendRawAsync(string request, TimeSpan? silence = null)
    {
        using var socket = await ConnectSocketAsync();
        await Wait.ForAsync(socket.SendAsync(Encoding.Latin1.GetBytes(request)), s_limit, () => $"port {Port} waited to send: {request}");
        var received = new MemoryStream();
        var buffer = new byte[16384];
        var sent = Stopwatch.StartNew();
        while (true)
        {
            if (sent.Elapsed > s_limit)
                throw new TimeoutException($"port {Port} still sends after {s_limit.TotalSeconds} s: {request}");
            using var limit = new CancellationTokenSource(silence ?? TimeSpan.FromSeconds(1));
            try
            {
                var read = await socket.ReceiveAsync(buffer, limit.Token);
                if (read == 0)
                    break;
                received.Write(buffer, 0, read);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                break;
            }
        }
        return Encoding.Latin1.GetString(received.ToArray());
    }

    /// <summary>A connection to the gateway that speaks bytes. Dispose it.</summary>
    public async Task<RawConnection> ConnectAsync()
    {
        var socket = await ConnectSocketAsync();
        return new RawConnection(socket, new NetworkStream(socket), 0, s_limit, CancellationToken.None);
    }

    private async Task<Socket> ConnectSocketAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await Wait.ForAsync(socket.ConnectAsync(IPAddress.Loopback, Port), s_limit, () => $"port {Port} waited to be accepted");
        return socket;
    }

    /// <summary>Stops as on a signal; returns when the drain is over. Throws <see cref="TimeoutException"/> when it is not within 30 seconds.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        return Wait.ForAsync(_host.StopAsync(), s_limit, () => $"the gateway on port {Port} waited for the end of its drain; its log:\n{Log}");
    }

    /// <summary>Stops; throws <see cref="TimeoutException"/> with the log when the gateway does not end within 30 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_stopped)
        {
            // A client that was disposed has closed its connections; what hangs on purpose is cut.
            await _host.StopAsync().WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // On another thread, so that what blocks is reported too.
        await Wait.ForAsync(Task.Run(() => _host.DisposeAsync().AsTask()), s_limit, () => $"the gateway on port {Port} waited for its own end; its log:\n{Log}");
        _plugins.Dispose();
        _sink.Dispose();
        File.Delete(_file);
    }

    private sealed class LogStream : Stream
    {
        private readonly StringBuilder _text = new();

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            lock (_text)
                _text.Append(Encoding.UTF8.GetString(buffer, offset, count));
        }

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }
}

/// <summary>Waiting with a deadline that names what was waited for.</summary>
public static class Wait
{
    /// <summary>Awaits a task; throws <see cref="TimeoutException"/> with a message when it takes longer than the limit.</summary>
    public static async Task ForAsync(Task task, TimeSpan limit, Func<string> failure)
    {
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"after {limit.TotalSeconds} s: {failure()}");
        }
    }

    /// <summary>Awaits a task; throws <see cref="TimeoutException"/> with a message when it takes longer than the limit.</summary>
    public static async Task<T> ForAsync<T>(Task<T> task, TimeSpan limit, Func<string> failure)
    {
        await ForAsync((Task)task, limit, failure);
        return await task;
    }

    /// <summary>Polls until the condition holds; throws <see cref="TimeoutException"/> after ten seconds.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> failure)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException(failure());
            await tick.WaitForNextTickAsync();
        }
    }
}
