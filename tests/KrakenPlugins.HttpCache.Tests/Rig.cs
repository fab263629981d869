using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>A clock whose time of day stands, at a whole second, until it is moved; timers and time stamps run as ever.</summary>
internal sealed class MovedDay : TimeProvider
{
    private long _ticks = DateTimeOffset.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(double seconds) => Interlocked.Add(ref _ticks, TimeSpan.FromSeconds(seconds).Ticks);
}

/// <summary>A gateway with the cache in front of an upstream that counts.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly PluginFront _front;
    private int _calls;

    private Rig(PluginFront front, MovedDay day)
    {
        _front = front;
        Day = day;
    }

    public static string Folder { get; } = PluginFront.Folder("HttpCache", "http-cache");

    public PluginFront Front => _front;

    public MovedDay Day { get; }

    /// <summary>Requests that reached the backend.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>What the backend answers; by default a number that counts, fresh for a minute.</summary>
    public Func<HttpContext, int, Task> Backend { get; set; } = static (context, call) => AnswerAsync(context, $$"""{"n":{{call}}}""", "max-age=60");

    /// <summary>One backend <c>/b</c> with this cache behind the endpoint <c>/e</c>.</summary>
    public static Task<Rig> StartAsync(string cache = "{}", string backend = "", string endpoint = "", bool isNoOp = true, string root = "", params string[] folders) =>
        StartDocumentAsync(Document(cache, backend, endpoint, isNoOp, root), null, folders);

    public static string Document(string cache = "{}", string backend = "", string endpoint = "", bool isNoOp = true, string root = "") => $$$"""
        {"version":3,"host":["$UPSTREAM"] {{{root}}},"endpoints":[{"endpoint":"/e" {{{(isNoOp ? ",\"output_encoding\":\"no-op\"" : "")}}} {{{endpoint}}},
          "input_query_strings":["*"],"backend":[{"url_pattern":"/b" {{{(isNoOp ? ",\"encoding\":\"no-op\"" : "")}}},"extra_config":{"qos/http-cache":{{{cache}}} {{{backend}}} } }]}]}
        """;

    public static async Task<Rig> StartDocumentAsync(string json, TestGatewayOptions? options = null, params string[] folders)
    {
        var day = new MovedDay();
        var front = await PluginFront.StartAsync(json, (options ?? new TestGatewayOptions()) with { Time = day, Debug = true }, [Folder, .. folders]);
        var rig = new Rig(front, day);
        front.Upstream.OnAny(async context =>
        {
            context.Response.Headers.Date = day.GetUtcNow().ToString("r");
            await rig.Backend(context, Interlocked.Increment(ref rig._calls));
        });
        return rig;
    }

    public Task<FrontReply> GetAsync(string path = "/e", params string[] headers) => _front.GetAsync(path, headers);

    public async Task<string> BodyAsync(string path = "/e", params string[] headers) => (await _front.GetAsync(path, headers)).Body;

    public static async Task AnswerAsync(HttpContext context, string body, string cacheControl = "", params string[] headers)
    {
        context.Response.ContentType = "application/json";
        if (cacheControl.Length > 0)
            context.Response.Headers.CacheControl = cacheControl;
        foreach (var header in headers)
            context.Response.Headers.Append(header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method) && context.Response.StatusCode is not (204 or 304))
            await context.Response.WriteAsync(body);
        else
            context.Response.ContentLength = null;
    }

    public ValueTask DisposeAsync() => _front.DisposeAsync();
}
