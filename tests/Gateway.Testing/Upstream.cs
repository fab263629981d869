using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Testing;

/// <summary>What an <see cref="Upstream"/> received.</summary>
/// <param name="Method">Method.</param>
/// <param name="Target">Raw request target, path and query.</param>
/// <param name="Headers">Headers in order of arrival, repeated names kept.</param>
/// <param name="Body">Whole body as text.</param>
public sealed record ReceivedRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>Values of a header, joined with a comma; <see langword="null"/> when absent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static h => h.Value).ToArray();
        return values.Length == 0 ? null : string.Join(", ", values);
    }
}

/// <summary>
/// A real HTTP server on a free loopback port that answers by path and remembers what it received.
/// </summary>
public sealed class Upstream : IAsyncDisposable, IHttpApplication<IFeatureCollection>
{
    private readonly KestrelServer _server;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _routes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private readonly CancellationTokenSource _stopping = new();
    private Func<HttpContext, Task> _fallback = static context =>
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    };

    private Upstream(X509Certificate2? certificate)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        });
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Everything received so far, in order.</summary>
    public IReadOnlyList<ReceivedRequest> Received => [.. _received];

    /// <summary>Fires when the upstream is disposed; for handlers that hang.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Starts one.</summary>
    public static Task<Upstream> StartAsync() => StartAsync(null);

    /// <summary>Starts one that speaks TLS; it keeps, and does not dispose of, the certificate.</summary>
    public static async Task<Upstream> StartAsync(X509Certificate2? certificate)
    {
        var upstream = new Upstream(certificate);
        await upstream._server.StartAsync(upstream, CancellationToken.None);
        upstream.Host = upstream._server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return upstream;
    }

    /// <summary>Answers a path (without query) with a body.</summary>
    public Upstream Answer(string path, string body, int status = 200, string contentType = "application/json") =>
        On(path, async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            await context.Response.WriteAsync(body);
        });

    /// <summary>Answers a path after a delay; ends early when the caller goes away.</summary>
    public Upstream AnswerAfter(TimeSpan delay, string path, string body) =>
        On(path, async context =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Stopping);
            await Task.Delay(delay, stop.Token);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body, stop.Token);
        });

    /// <summary>Answers a path with a handler of the test's own.</summary>
    public Upstream On(string path, Func<HttpContext, Task> handler)
    {
        _routes[path] = handler;
        return this;
    }

    /// <summary>Answers every path that has no handler.</summary>
    public Upstream OnAny(Func<HttpContext, Task> handler)
    {
        _fallback = handler;
        return this;
    }

    /// <summary>Requests received at a path (without query).</summary>
    public IReadOnlyList<ReceivedRequest> ReceivedAt(string path) =>
        [.. _received.Where(r => r.Target.Split('?')[0] == path)];

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var http = new DefaultHttpContext(context);
        var target = context.Get<IHttpRequestFeature>()!.RawTarget;
        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return;
        }
        _received.Enqueue(new ReceivedRequest(
            http.Request.Method,
            target,
            [.. http.Request.Headers.SelectMany(static h => h.Value.Select(v => KeyValuePair.Create(h.Key, v ?? "")))],
            System.Text.Encoding.UTF8.GetString(body.ToArray())));
        http.Request.Body = new MemoryStream(body.ToArray());
        var handler = _routes.GetValueOrDefault(target.Split('?')[0], _fallback);
        try
        {
            await handler(http);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    /// <summary>Stops and cuts what hangs; throws <see cref="TimeoutException"/> when that takes longer than ten seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Wait.ForAsync(_server.StopAsync(limit.Token), TimeSpan.FromSeconds(10), () => $"the upstream {Host} waited for its handlers to end");
        _server.Dispose();
        _stopping.Dispose();
    }
}
