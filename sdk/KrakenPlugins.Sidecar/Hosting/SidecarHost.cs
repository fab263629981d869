using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Sidecar.Calls;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>The socket that the gateway dials, and the service behind it.</summary>
internal sealed class SidecarHost : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(3);

    private readonly Greeting _greeting;
    private readonly SecretGuard _guard;
    private readonly GrpcServer _grpc;
    private readonly KestrelServer _kestrel;
    private readonly CancellationTokenSource _closing = new();

    public SidecarHost(Greeting greeting, PluginService service, ProcessLog log)
    {
        _greeting = greeting;
        _guard = new SecretGuard(greeting.Secret);
        var limits = new GrpcServerOptions
        {
            Limits = new GrpcLimits { MaxReceivedMessage = StreamTerms.MaxMessage, MaxSentMessage = StreamTerms.MaxMessage },
            KeepAlivePingDelay = Timeout.InfiniteTimeSpan,
        };
        _grpc = new GrpcServerBuilder().Add(service).Build(limits, log);
        var options = new KestrelServerOptions { AddServerHeader = false };
        limits.ApplyTo(options.Limits);
        options.ListenUnixSocket(greeting.Socket, static listen => listen.Protocols = HttpProtocols.Http2);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), NullLoggerFactory.Instance);
        _kestrel = new KestrelServer(Options.Create(options), sockets, NullLoggerFactory.Instance);
    }

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">The socket cannot be made.</exception>
    public async Task StartAsync()
    {
        await _kestrel.StartAsync(this, CancellationToken.None).ConfigureAwait(false);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_greeting.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context)
    {
        if (_guard.Admits(context))
            return _grpc.HandleAsync(context, _closing.Token);
        SecretGuard.Refuse(context);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <summary>Lets answers leave, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(s_closeLimit);
        await _kestrel.StopAsync(limit.Token).ConfigureAwait(false);
        _kestrel.Dispose();
        _closing.Dispose();
    }
}
