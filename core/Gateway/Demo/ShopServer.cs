using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Demo;

/// <summary>The services behind the demo, on one loopback port.</summary>
internal sealed class ShopServer : IAsyncDisposable, IHttpApplication<IFeatureCollection>
{
    /// <summary>Where the example configuration expects them.</summary>
    public const string Address = "http://127.0.0.1:8081";

    private readonly KestrelServer _server;

    private ShopServer(int port)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port);
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Starts at <see cref="Address"/>, or at a free port when that one is taken.</summary>
    public static async Task<ShopServer> StartAsync()
    {
        try
        {
            return await StartAsync(new Uri(Address).Port).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return await StartAsync(0).ConfigureAwait(false);
        }
    }

    private static async Task<ShopServer> StartAsync(int port)
    {
        var shop = new ShopServer(port);
        try
        {
            await shop._server.StartAsync(shop, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            shop._server.Dispose();
            throw;
        }
        shop.Url = shop._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        return shop;
    }

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var http = new DefaultHttpContext(context);
        var answer = ShopData.Answer(http.Request.Path.Value ?? "/", http.Request.QueryString.Value is { Length: > 0 } query ? query[1..] : "");
        try
        {
            if (answer.Delay > TimeSpan.Zero)
                await Task.Delay(answer.Delay, http.RequestAborted).ConfigureAwait(false);
            http.Response.StatusCode = answer.Status;
            http.Response.ContentType = answer.ContentType;
            var body = Encoding.UTF8.GetBytes(answer.Body);
            http.Response.ContentLength = body.Length;
            await http.Response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nobody waits for the slow service of a demo.
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }
}
