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

    /// <summary>Bounds of the engine.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>Environment variables that the gateway sees.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Port to bind; 0 lets the system choose.</summary>
    public int Port { get; init; }

    /// <summary>Whether <c>-d</c> is given.</summary>
    public bool Debug { get; init; }

    /// <summary>Standard output in place of the one that <see cref="TestGateway.Log"/> shows.</summary>
    public Stream? Output { get; init; }

    /// <summary>Whether standard output counts as a terminal that shows colours.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// A gateway in this process on a free port, from a configuration text: HTTP in, HTTP out. The placeholder <c>$UPSTREAM</c> in the
/// text stands for the host given.
/// </summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly GatewayHost _host;
    private readonly LogSink _sink;
    private readonly LogStream _log;
    private readonly string _file;
    private TestGatewayOptions _options = new();
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
        var loaded = ConfigLoader.Load(file, new LoadOptions
        {
            Environment = name => options.Environment.GetValueOrDefault(name),
            IsAvailable = options.Plugins.Handles,
            DebugEndpoint = options.Debug,
        });
        if (loaded.Config is null)
        {
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
            IsTerminal = options.IsTerminal,
            Time = options.Time,
            Environment = name => options.Environment.GetValueOrDefault(name),
        });
        await host.StartAsync();
        return new TestGateway(host, sink, log, file, loaded.Config, loaded.Diagnostics) { _options = options };
    }

    /// <summary>Takes up another configuration as on SIGHUP; throws as <see cref="StartAsync"/>.</summary>
    public async Task ReloadAsync(string json, string upstream = "")
    {
        await File.WriteAllTextAsync(_file, json.Replace("$UPSTREAM", upstream, StringComparison.Ordinal));
        var loaded = ConfigLoader.Load(_file, new LoadOptions
        {
            Environment = name => _options.Environment.GetValueOrDefault(name),
            IsAvailable = _options.Plugins.Handles,
            DebugEndpoint = _options.Debug,
        });
        _host.Reload(loaded.Config ?? throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics.All)), loaded.Diagnostics);
    }

    /// <summary>Waits until the log holds a text; throws <see cref="TimeoutException"/> after ten seconds.</summary>
    public Task WaitForLogAsync(string text) =>
        Wait.UntilAsync(() => Log.Contains(text, StringComparison.Ordinal), () => $"the log never said: {text}\n{Log}");

    /// <summary>Sends raw bytes over a connection of its own and returns everything that comes back until the gateway closes or is silent for a while.</summary>
    public async Task<string> SendRawAsync(string request, TimeSpan? silence = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        var received = new MemoryStream();
        var buffer = new byte[16384];
        while (true)
        {
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
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return new RawConnection(socket, new NetworkStream(socket), 0, CancellationToken.None);
    }

    /// <summary>Stops as on a signal; returns when the drain is over.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        await _host.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_stopped)
        {
            // A client that was disposed has closed its connections; what hangs on purpose is cut.
            await _host.StopAsync().WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _host.DisposeAsync();
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

/// <summary>Waiting for a condition with a deadline.</summary>
public static class Wait
{
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
