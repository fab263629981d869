using System.Net;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Server;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace KrakenPlugins.Grpc.Tests.Testing;

/// <summary>A real Kestrel with HTTP/2 in clear text on a free port or a Unix socket.</summary>
internal sealed class GrpcHost : IAsyncDisposable, IHttpApplication<HttpContext>
{
    private readonly KestrelServer _server;
    private readonly RequestDelegate _handle;

    private GrpcHost(RequestDelegate handle, string? socket, GrpcServerOptions limits)
    {
        _handle = handle;
        var options = new KestrelServerOptions { AddServerHeader = false };
        limits.ApplyTo(options.Limits);
        if (socket is null)
            options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        else
            options.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http2);
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary><c>http://127.0.0.1:port</c> or <c>unix:/path</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Authority => new Uri(Address).Authority;

    public static Task<GrpcHost> StartAsync(GrpcServer server, string? socket = null) => StartAsync(server.HandleAsync, socket, server.Options);

    public static async Task<GrpcHost> StartAsync(RequestDelegate handle, string? socket = null, GrpcServerOptions? limits = null)
    {
        var host = new GrpcHost(handle, socket, limits ?? new GrpcServerOptions());
        await host._server.StartAsync(host, CancellationToken.None);
        host.Address = socket is null ? host._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single() : $"unix:{socket}";
        return host;
    }

    /// <summary>A channel to it.</summary>
    public GrpcChannel Channel(Func<GrpcChannelOptions, GrpcChannelOptions>? change = null)
    {
        var options = new GrpcChannelOptions { Address = Address };
        return new GrpcChannel(change is null ? options : change(options));
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context) => _handle(context);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _server.StopAsync(limit.Token);
        _server.Dispose();
    }
}
