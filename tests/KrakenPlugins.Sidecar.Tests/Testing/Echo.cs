using System.Globalization;
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

namespace KrakenPlugins.Sidecar.Tests.Testing;

/// <summary>A backend that answers with a document of what reached it, so that its answer tells of the request too.</summary>
internal sealed class Echo : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;

    private Echo()
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, 0);
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public string Address { get; private set; } = "";

    public static async Task<Echo> StartAsync()
    {
        var echo = new Echo();
        await echo._server.StartAsync(echo, CancellationToken.None);
        echo.Address = echo._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return echo;
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
        foreach (var (name, value) in request.Headers.OrderBy(static h => h.Key, StringComparer.OrdinalIgnoreCase))
            text.Append(CultureInfo.InvariantCulture, $"|{name}: {value}");
        text.Append(CultureInfo.InvariantCulture, $"|{body.Length}:{(body.Length > 200 ? body[..200] : body)}");
        context.Response.StatusCode = request.Query.TryGetValue("status", out var status) ? int.Parse(status!, CultureInfo.InvariantCulture) : 200;
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Backend"] = "b";
        context.Response.Headers["X-Gone"] = "g";
        context.Response.Headers["Set-Cookie"] = new(["c=1; Path=/", "d=2"]);
        var size = request.Query.TryGetValue("size", out var wanted) ? int.Parse(wanted!, CultureInfo.InvariantCulture) : 0;
        var json = $$"""{"request":{{System.Text.Json.JsonSerializer.Serialize(text.ToString())}},"fill":"{{new string('x', size)}}"}""";
        if (size == 0)
            context.Response.ContentLength = Encoding.UTF8.GetByteCount(json);
        await context.Response.WriteAsync(json);
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
