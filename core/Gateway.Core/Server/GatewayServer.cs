using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Core.Server;

/// <summary>
/// The HTTP server: Kestrel built by hand, every limit set to the language's default instead of Kestrel's own.
/// </summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    // Kestrel adds its limits to a time stamp; with Timeout.InfiniteTimeSpan the sum overflows and every connection is late.
    private static readonly TimeSpan s_never = TimeSpan.FromDays(3650);

    private const int Backlog = 4096;

    private readonly KestrelServer _kestrel;
    private readonly GatewayApplication _application;
    private readonly ConnectionDeadlines? _deadlines;
    private readonly TlsListener? _tls;
    // Not disposed: it holds no timer and no handle, and a stop may still ask for its token.
    private readonly CancellationTokenSource _disposing = new();

    static GatewayServer()
    {
        // A proxy in front that takes no bare line feed for a line end would see other headers than we do (RFC 9112, section 2.2).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
    }

    /// <param name="first">What serves the first requests; its configuration gives the listener's settings.</param>
    /// <param name="port">Port to bind; 0 lets the system choose.</param>
    /// <param name="time">Clock of the server's timers.</param>
    /// <exception cref="ConfigurationException">A file of <c>tls</c> cannot be used.</exception>
    public GatewayServer(Generation first, int port, TimeProvider time)
    {
        var config = first.Config;
        _application = new GatewayApplication(first);
        _tls = config.Tls is { } tls ? TlsListener.Create(tls, config.Server, time, () => Current.Logger) : null;
        if (ConnectionDeadlines.IsNeeded(config.Server))
            _deadlines = new ConnectionDeadlines(config.Server, time);
        var options = Limit(config.Server);
        TakesHttp2 = _tls is not null || config.Server.UseH2c || first.NeedsClearTextHttp2;
        var http2 = TakesHttp2 && _tls is null ? new ClearTextHttp2() : null;
        http2?.AddLender(options);
        void Configure(ListenOptions listen)
        {
            listen.Protocols = _tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (_tls is not null)
                listen.Use(next => connection => _tls.ServeAsync(connection, next));
            if (_deadlines is not null)
                listen.Use(next => connection => _deadlines.WatchAsync(connection, next));
            http2?.Accept(listen);
        }
        if (config.ListenIp is null)
            options.ListenAnyIP(port, Configure);
        else
            options.Listen(config.ListenIp, port, Configure);
        var sockets = SocketTransport.Create(Backlog);
        _kestrel = new KestrelServer(Options.Create(options), new ListenerFactory(sockets), NullLoggerFactory.Instance);
    }

    /// <summary>Port that is bound; 0 before the start.</summary>
    public int Port { get; private set; }

    /// <summary>Whether the port takes HTTP/2 beside HTTP/1.1: through TLS, or in clear text with prior knowledge.</summary>
    public bool TakesHttp2 { get; }

    /// <summary>What serves new requests.</summary>
    public Generation Current
    {
        get => _application.Current;
        set => _application.Current = value;
    }

    /// <summary>Binds and serves. Throws <see cref="IOException"/> or <see cref="SocketException"/> when the port cannot be had.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _kestrel.StartAsync(_application, cancellationToken).ConfigureAwait(false);
        foreach (var address in _kestrel.Features.Get<IServerAddressesFeature>()!.Addresses)
        {
            if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Port > 0)
                Port = uri.Port;
        }
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

    private static KestrelServerOptions Limit(ServerConfig config)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        // Without this Kestrel refuses to send any byte beyond ASCII in a header.
        options.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
        var limits = options.Limits;
        // Kestrel doubles some of these for HTTP/2, and a number above half of the largest one becomes negative.
        var headerBytes = Math.Min(config.MaxHeaderBytes, 1 << 29);
        limits.MaxRequestHeadersTotalSize = headerBytes;
        limits.MaxRequestHeaderCount = headerBytes;
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
