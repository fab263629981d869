using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Tests;

internal static class Front
{
    public static string Folder { get; } = PluginFront.Folder("RateLimit", "rate-limit");

    /// <summary>/e with this value at the endpoint, /open without, and what else is given.</summary>
    public static Task<PluginFront> RouterAsync(string limit, string more = "", string root = "", TestGatewayOptions? options = null, params string[] folders) =>
        StartAsync(RouterConfig(limit, more, root), options, folders);

    public static string RouterConfig(string limit, string more = "", string root = "") => $$$"""
        {"version":3,"host":["$UPSTREAM"] {{{root}}},"endpoints":[
          {"endpoint":"/e","extra_config":{"qos/ratelimit/router":{{{limit}}} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/open","backend":[{"url_pattern":"/open"}]} {{{more}}} ]}
        """;

    /// <summary>/e and /f with these tiers by X-Plan at the endpoint, /open without; the same at the service.</summary>
    /// <param name="tiers">Elements of the list.</param>
    /// <param name="service">Members of the extra_config of the service, with a comma in front.</param>
    /// <param name="endpoint">Further members of that of the endpoints, with a comma in front.</param>
    public static string TieredConfig(string tiers, string service = "", string endpoint = "") => $$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{} {{{service}}} },"endpoints":[
          {"endpoint":"/e","extra_config":{ {{{Tiered(tiers)}}} {{{endpoint}}} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/f","extra_config":{ {{{Tiered(tiers)}}} {{{endpoint}}} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/open","backend":[{"url_pattern":"/open"}]} ]}
        """;

    /// <summary>The member of an extra_config with tiers by X-Plan.</summary>
    public static string Tiered(string tiers, string key = "X-Plan") => $$$""" "qos/ratelimit/tiered":{"tier_key":"{{{key}}}","tiers":[{{{tiers}}}]} """;

    public static Task<PluginFront> StartAsync(string json, TestGatewayOptions? options = null, params string[] folders) =>
        PluginFront.StartAsync(json, options, [Folder, .. folders]);

    /// <summary>Statuses of several requests, one after the other.</summary>
    public static async Task<string> StatusesAsync(this PluginFront front, int count, string path, params string[] headers)
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
            statuses.Add((await front.GetAsync(path, headers)).Status);
        return string.Join(' ', statuses);
    }
}

/// <summary>Time stamps that stand until they are moved; timers run as ever.</summary>
internal sealed class HeldStamps : TimeProvider
{
    private long _now = 77;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks * 100);
}

/// <summary>A component of the exchange, as a function.</summary>
internal sealed class HttpStep(Func<HttpContext, RequestDelegate, Task> step) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next) => step(context, next);
}

/// <summary>A component of a pipeline, as a function.</summary>
internal sealed class ProxyStep(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> step) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => step(request, next, cancellationToken);
}
