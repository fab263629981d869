using System.Net;
using Gateway.Core.Plugins;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.ClientCredentials.Tests;

/// <summary>A gateway with the plugin, a provider of tokens at <c>/token</c> of one upstream, and a backend that echoes the credentials it got on another.</summary>
internal sealed class Front : IAsyncDisposable
{
    public const string Secret = "s3cr3t/+ä";

    private int _tokens;

    private Front(Upstream provider, Upstream backend)
    {
        Provider = provider;
        Backend = backend;
    }

    public Upstream Provider { get; }

    public Upstream Backend { get; }

    public TestGateway Gateway { get; private set; } = null!;

    public ShiftedTime Time { get; } = new();

    public IReadOnlyList<ReceivedRequest> TokenRequests => Provider.ReceivedAt("/token");

    /// <summary>The default namespace.</summary>
    public string Namespace(string more = "") => $$"""{"client_id":"me&you","client_secret":"{{Secret}}","token_url":"{{Provider.Host}}/token"{{more}}}""";

    /// <summary>An endpoint with one backend.</summary>
    public string Endpoint(string ns, string endpoint = "", string backend = "", string more = "") =>
        $$$"""{"endpoint":"/e",{{{endpoint}}}"backend":[{"url_pattern":"/b",{{{backend}}}"extra_config":{{{{more}}}"auth/client-credentials":{{{ns}}}}}]}""";

    public static async Task<Front> StartAsync(
        Func<Front, string>? endpoints = null, Action<Front>? prepare = null, string root = "", PluginRegistry? plugins = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var front = new Front(await Upstream.StartAsync(), await Upstream.StartAsync());
        front.Provider.On("/token", context => Json(context, $$"""{"access_token":"t{{Interlocked.Increment(ref front._tokens)}}","token_type":"bearer","expires_in":3600}"""));
        front.Backend.OnAny(static context => Json(context, $$"""{"auth":"{{context.Request.Headers.Authorization}}"}"""));
        prepare?.Invoke(front);
        plugins ??= new PluginRegistry();
        new ClientCredentialsPlugin().Register(plugins);
        front.Gateway = await TestGateway.StartAsync(
            $$"""{"version":3,{{root}}"host":["$UPSTREAM"],"endpoints":[{{endpoints?.Invoke(front) ?? front.Endpoint(front.Namespace())}}]}""",
            front.Backend.Host,
            new() { Plugins = plugins, Time = front.Time, Environment = environment ?? new Dictionary<string, string>() });
        return front;
    }

    public static async Task Json(HttpContext context, string json, int status = 200, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(json);
    }

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path = "/e", string? authorization = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await Gateway.Client.SendAsync(request, cancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
            await Gateway.DisposeAsync();
        await Provider.DisposeAsync();
        await Backend.DisposeAsync();
    }
}
