using Gateway.Core.Configuration;
using Gateway.Core.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Admin;

/// <summary>
/// The admin listener at one address (CFG-330 to 335): a server of its own, which no route and no request of the gateway leads to.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private const int MostConnections = 16;
    private const int MostHeaderBytes = 16 << 10;
    private const int MostBodyBytes = 4 << 10;
    private static readonly TimeSpan s_headerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(5);

    private readonly KestrelServer _kestrel;
    private readonly AdminApplication _application;

    public AdminServer(AdminAddress address, AdminToken token, AdminActions actions)
    {
        Address = address;
        _application = new AdminApplication(address, token, actions);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        options.Limits.MaxRequestBodySize = MostBodyBytes;
        options.Limits.RequestHeadersTimeout = s_headerTime;
        options.Limits.KeepAliveTimeout = s_idleTime;
        if (address.Socket is { } path)
            options.ListenUnixSocket(path, static listen => listen.Protocols = HttpProtocols.Http1);
        else
            options.Listen(address.Ip!, static listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { Backlog = MostConnections, CreateBoundListenSocket = AdminSocket.Bind }), NullLoggerFactory.Instance);
        _kestrel = new KestrelServer(Options.Create(options), sockets, NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens.</summary>
    public AdminAddress Address { get; }

    /// <summary>What callers authenticate with from now on.</summary>
    public AdminToken Token
    {
        set => _application.Token = value;
    }

    /// <summary>Binds and serves. Throws <see cref="AdminException"/>.</summary>
    public async Task StartAsync()
    {
        try
        {
            await _kestrel.StartAsync(_application, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (ListenFailure.Reason(exception) is { } reason)
        {
            throw new AdminException($"gateway/admin: cannot listen on {Address}: {reason}");
        }
    }

    /// <summary>Closes the listener, lets requests in progress finish for a while, and cuts what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(s_stopTime);
        await _kestrel.StopAsync(limit.Token).ConfigureAwait(false);
        _kestrel.Dispose();
    }
}
