using System.Globalization;
using System.Net;
using KrakenPlugins.Revoker.State;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace KrakenPlugins.Revoker.Http;

/// <summary>
/// The gateway's own revocation API on a port of its own, which no route and no request of the gateway leads to (AUT-252). It outlives reloads that leave
/// its address alone.
/// </summary>
internal sealed class ApiServer : IAsyncDisposable, IHttpApplication<HttpContext>
{
    private const int MostConnections = 64;
    private const int MostHeaderBytes = 32 << 10;
    private static readonly TimeSpan s_headerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(3);

    private readonly Attachments<RevocationApi> _attached = new();
    private readonly SemaphoreSlim _starting = new(1);
    private readonly IPEndPoint _address;
    private readonly KestrelServer _kestrel;
    private bool _isStarted;

    /// <param name="address">Where it listens.</param>
    public ApiServer(IPEndPoint address)
    {
        _address = address;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        options.Limits.MaxRequestLineSize = MostHeaderBytes;
        options.Limits.MaxRequestBodySize = Elements.MostBytes;
        options.Limits.RequestHeadersTimeout = s_headerTime;
        options.Limits.KeepAliveTimeout = s_idleTime;
        options.Listen(address, static listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { Backlog = MostConnections }), NullLoggerFactory.Instance);
        _kestrel = new KestrelServer(Options.Create(options), sockets, NullLoggerFactory.Instance);
    }

    /// <summary>Lets a configuration answer from now on, and binds when it is the first. Throws <see cref="IOException"/> when the port cannot be had.</summary>
    public async Task AttachAsync(RevocationApi api, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isStarted)
                await _kestrel.StartAsync(this, cancellationToken).ConfigureAwait(false);
            _isStarted = true;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"auth/revoker: cannot listen on {_address} (api_port): {exception.Message}"), exception);
        }
        finally
        {
            _starting.Release();
        }
        _attached.Add(api);
    }

    /// <summary>Ends what <see cref="AttachAsync"/> began.</summary>
    public void Detach(RevocationApi api) => _attached.Remove(api);

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context)
    {
        if (_attached.TryGet(out var api) && api.Accepts(context.Request.Path))
            return api.ServeAsync(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(s_stopTime);
        await _kestrel.StopAsync(limit.Token).ConfigureAwait(false);
        _kestrel.Dispose();
        _starting.Dispose();
    }
}
