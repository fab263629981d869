using System.Net.Http.Headers;
using Gateway.Core.Plugins;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Martian.Tests.FrontDoor;

/// <summary>A gateway with the plugin in front of one upstream that answers <c>{"from":"backend"}</c>.</summary>
internal sealed class Front : IAsyncDisposable
{
    private Front(Upstream upstream, TestGateway gateway)
    {
        Upstream = upstream;
        Gateway = gateway;
    }

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; }

    /// <summary>The last request that the upstream received.</summary>
    public ReceivedRequest Last => Upstream.Received[^1];

    /// <summary>A gateway whose endpoint <c>/e</c> has one backend <c>/b</c> with this value of the namespace.</summary>
    /// <param name="martian">Value of <c>modifier/martian</c>.</param>
    /// <param name="endpoint">Further members of the endpoint, with final comma.</param>
    /// <param name="backend">Further members of the backend, with final comma.</param>
    /// <param name="upstream">Answers; by default a small document.</param>
    public static Task<Front> StartAsync(string martian, string endpoint = "", string backend = "", Upstream? upstream = null) => StartAllAsync(
        $$$"""{"endpoint":"/e",{{{endpoint}}}"backend":[{"url_pattern":"/b",{{{backend}}}"extra_config":{"modifier/martian":{{{martian}}}}}]}""", upstream);

    /// <summary>The same with an endpoint and backend that hand the answer through.</summary>
    public static Task<Front> StartNoOpAsync(string martian, string endpoint = "", Upstream? upstream = null) =>
        StartAsync(martian, endpoint + "\"output_encoding\":\"no-op\",", "\"encoding\":\"no-op\",", upstream);

    /// <summary>A gateway with these endpoint objects, which may name the upstream <c>$UPSTREAM</c>.</summary>
    public static async Task<Front> StartAllAsync(string endpoints, Upstream? upstream = null)
    {
        if (upstream is null)
        {
            upstream = await Upstream.StartAsync();
            upstream.OnAny(static async context =>
            {
                context.Response.ContentType = "application/json";
                context.Response.Headers["X-Backend"] = "b";
                await context.Response.WriteAsync("""{"from":"backend"}""");
            });
        }
        try
        {
            return new Front(upstream, await GatewayAsync($$"""{"version":3,"host":["$UPSTREAM"],"endpoints":[{{endpoints}}]}""", upstream.Host));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>A gateway with the plugin.</summary>
    public static Task<TestGateway> GatewayAsync(string json, string upstream)
    {
        var plugins = new PluginRegistry();
        new MartianPlugin().Register(plugins);
        return TestGateway.StartAsync(json, upstream, new TestGatewayOptions { Plugins = plugins });
    }

    /// <summary>Gets a path, with headers given as <c>Name: value</c>.</summary>
    public async Task<Reply> GetAsync(string path = "/e", params string[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        return await SendAsync(request);
    }

    /// <summary>Sends a request.</summary>
    public async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        using var response = await Gateway.Client.SendAsync(request);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}

/// <summary>What a client sees of an answer, read to its end.</summary>
internal sealed record Reply(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders Content)
{
    /// <summary>Values of a header joined with a bar; <see langword="null"/> when absent.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || Content.TryGetValues(name, out values) ? string.Join('|', values) : null;
}
