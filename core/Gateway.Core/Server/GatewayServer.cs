using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Core.Server;

/// <summary>
/// The HTTP server of one set of listener settings: Kestrel built by hand, every limit set to the language's default instead of Kestrel's
/// own. It takes the port over from the server before it, or binds one.
/// </summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    // Kestrel adds its limits to a time stamp; with Timeout.InfiniteTimeSpan the sum overflows and every connection is late.
    // Each further field of one name copies those before: a head of 1 MB with nothing else in it would cost a minute of processor time.
    private const int MostHeaders = 6_000;

    private static readonly TimeSpan s_never = TimeSpan.FromDays(3650);

    private const int Backlog = 4096;

    private readonly KestrelServer _kestrel;
    private readonly GatewayApplication _application;
    private readonly ListenerFactory _listeners;
    private readonly ConnectionDeadlines? _deadlines;
    private readonly ClearTextHttp2? _http2;
    private readonly TlsListener? _tls;
    // Not disposed: it holds no timer and no handle, and a stop may still ask for its token.
    private readonly CancellationTokenSource _disposing = new();

    static GatewayServer()
    {
        // A proxy in front that takes no bare line feed for a line end would see other headers than we do (RFC 9112, section 2.2).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
    }

    /// <param name="settings">What it listens with.</param>
    /// <param name="current">What serves requests.</param>
    /// <param name="time">Clock of the server's timers.</param>
    /// <param name="before">The server that this one is to follow, or <see langword="null"/>.</param>
    /// <exception cref="ConfigurationException">A file of <c>tls</c> cannot be used.</exception>
    public GatewayServer(ListenerSettings settings, CurrentGeneration current, TimeProvider time, GatewayServer? before)
    {
        Settings = settings;
        _application = new GatewayApplication(current);
        _tls = settings.Tls is { } tls ? TlsListener.Create(tls, settings.Server, time, () => current.Value.Logger) : null;
        if (ConnectionDeadlines.IsNeeded(settings.Server))
            _deadlines = new ConnectionDeadlines(settings.Server, time);
        var options = Limit(settings.Server);
        if (settings.Server.UseH2c)
        {
            _http2 = new ClearTextHttp2();
            _http2.AddLender(options);
        }
        if (settings.Ip is null)
            options.ListenAnyIP(settings.Port, Configure);
        else
            options.Listen(settings.Ip, settings.Port, Configure);
        var socket = before?._listeners.Seat?.Socket;
        var isTaken = before is not null && settings.HasAddressOf(before.Settings);
        _listeners = new ListenerFactory(Backlog, isTaken ? socket : null, !isTaken && settings.Port != 0 && settings.Port == before?.Settings.Port ? socket : null);
        _kestrel = new KestrelServer(Options.Create(options), _listeners, NullLoggerFactory.Instance);
    }

    /// <summary>What it listens with.</summary>
    public ListenerSettings Settings { get; }

    /// <summary>Port that is bound; 0 before it is.</summary>
    public int Port => (_listeners.Seat?.EndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>Gets ready to serve. Throws <see cref="IOException"/> or <see cref="SocketException"/> when the port cannot be had.</summary>
    public Task BindAsync(CancellationToken cancellationToken) => _kestrel.StartAsync(_application, cancellationToken);

    /// <summary>Takes the connections of the port from now on; the server that had them gets no more.</summary>
    public void Serve() => _listeners.Seat!.Socket.Serve(_listeners.Seat);

    /// <summary>Serves no more requests: those who come by its connections are sent to new ones.</summary>
    public void Refuse()
    {
        _application.IsLeaving = true;
        _application.IsRefusing = true;
    }

    /// <summary>Takes no more connections; those that are open end with the answer to their next request.</summary>
    public ValueTask LeaveAsync()
    {
        _application.IsLeaving = true;
        // No handshake follows that new certificates would be for.
        _tls?.Dispose();
        return _listeners.Seat?.UnbindAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>
    /// Closes the listener, lets requests in progress finish and closes every connection; <paramref name="cancellationToken"/> cuts
    /// what is left, and so does <see cref="DisposeAsync"/>.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        await _kestrel.StopAsync(cut.Token).ConfigureAwait(false);
    }

    /// <summary>Closes the listener and cuts every connection; a drain that is under way ends too.</summary>
    public async ValueTask DisposeAsync()
    {
        // Kestrel's own Dispose waits, blocking its thread, for a stop that is under way, and that one may wait for a client for ever.
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _kestrel.StopAsync(_disposing.Token).ConfigureAwait(false);
        _kestrel.Dispose();
        _deadlines?.Dispose();
        _tls?.Dispose();
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = _tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        if (_tls is not null)
            listen.Use(next => connection => _tls.ServeAsync(connection, next));
        if (_deadlines is not null)
            listen.Use(next => connection => _deadlines.WatchAsync(connection, next));
        _http2?.Accept(listen);
    }

    private static KestrelServerOptions Limit(ServerConfig config)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        // Without this Kestrel refuses to send any byte beyond ASCII in a header.
        options.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
        var limits = options.Limits;
        // Kestrel doubles some of these for HTTP/2, and a number above half of the largest one becomes negative.
        var headerBytes = Math.Min(config.MaxHeaderBytes, 1 << 29);
        limits.MaxRequestHeadersTotalSize = headerBytes;
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.MaxRequestLineSize = headerBytes;
        limits.MaxRequestBufferSize = Math.Max(1 << 20, headerBytes + 4096);
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = s_never;
        limits.RequestHeadersTimeout = s_never;
        limits.Http2.MaxRequestHeaderFieldSize = headerBytes;
        return options;
    }
}
