using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace KrakenPlugins.Sidecar.Tests.Testing;

/// <summary>An HTTP server that answers with what it was asked.</summary>
internal sealed class HttpTarget : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;

    private HttpTarget()
    {
        var options = new KestrelServerOptions();
        options.Listen(IPAddress.Loopback, 0);
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    public string Address { get; private set; } = "";

    public static async Task<HttpTarget> StartAsync()
    {
        var target = new HttpTarget();
        await target._server.StartAsync(target, CancellationToken.None);
        target.Address = target._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return target;
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync();
        await context.Response.WriteAsync($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {text}");
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
    }
}
