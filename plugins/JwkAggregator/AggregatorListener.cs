using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace KrakenPlugins.JwkAggregator;

/// <summary>
/// The port that serves the joined set, on the loopback addresses only (AUT-125). It outlives reloads: the configuration that runs says what is
/// served.
/// </summary>
/// <param name="port">The port.</param>
internal sealed class AggregatorListener(int port) : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _starting = new(1, 1);
    private volatile Aggregation[] _served = [];
    private KestrelServer? _server;

    /// <summary>Serves an aggregation in place of the last one, and opens the port the first time.</summary>
    /// <exception cref="IOException">The port cannot be opened.</exception>
    public async Task ServeAsync(Aggregation aggregation, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _server ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
            _served = [.. _served, aggregation];
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Serves an aggregation no longer: when a reload fails after all, the one before it is served again.</summary>
    public async Task WithdrawAsync(Aggregation aggregation, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        _served = [.. _served.Where(each => !ReferenceEquals(each, aggregation))];
        _starting.Release();
    }

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        var response = context.Response;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return;
        }
        if (_served is not [.., var aggregation] || await aggregation.GetAsync().ConfigureAwait(false) is not { } keys)
        {
            response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }
        response.ContentType = "application/json";
        response.ContentLength = keys.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await response.Body.WriteAsync(keys, context.RequestAborted).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            using var limit = new CancellationTokenSource(s_patience);
            await _server.StopAsync(limit.Token).ConfigureAwait(false);
            _server.Dispose();
        }
        _starting.Dispose();
    }

    private async Task<KestrelServer> OpenAsync(CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxConcurrentConnections = 1000;
        options.Listen(IPAddress.Loopback, port);
        if (Socket.OSSupportsIPv6 && HasIPv6Loopback())
            options.Listen(IPAddress.IPv6Loopback, port);
        var logs = NullLoggerFactory.Instance;
        var server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logs), logs);
        try
        {
            await server.StartAsync(this, cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    // "localhost" is often ::1 first; containers may have no such address.
    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
