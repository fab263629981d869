using System.Net.Http.Headers;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Expressions.Rig;

/// <summary>A gateway with a plugin and a stand-in for the validator of tokens, in front of one upstream.</summary>
internal sealed class Front : IAsyncDisposable
{
    private Front(Upstream upstream, TestGateway gateway)
    {
        Upstream = upstream;
        Gateway = gateway;
    }

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; }

    /// <summary>A gateway with these endpoint objects.</summary>
    /// <param name="plugin">The plugin under test.</param>
    /// <param name="endpoints">Endpoint objects.</param>
    /// <param name="answers">Answers of the upstream: path and body; other paths answer <c>{"from":"backend"}</c>.</param>
    /// <param name="root">Further members of the root, with final comma.</param>
    /// <param name="time">The clock.</param>
    /// <param name="others">Further components.</param>
    public static async Task<Front> StartAsync(
        GatewayPlugin plugin, string endpoints, (string Path, string Body)[]? answers = null, string root = "", TimeProvider? time = null, Action<IPluginRegistry>? others = null)
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.Body.WriteAsync("""{"from":"backend"}"""u8.ToArray()).AsTask());
        foreach (var (path, body) in answers ?? [])
            upstream.Answer(path, body);
        var plugins = new PluginRegistry();
        plugin.Register(plugins);
        new TokenStandIn().Register(plugins);
        others?.Invoke(plugins);
        try
        {
            var json = $$"""{"version":3,{{root}}"host":["$UPSTREAM"],"endpoints":[{{endpoints}}]}""";
            return new(upstream, await TestGateway.StartAsync(json, upstream.Host, new TestGatewayOptions { Plugins = plugins, Time = time ?? TimeProvider.System }));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets a path, with headers given as <c>Name: value</c>.</summary>
    public async Task<Reply> GetAsync(string path, params string[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ", 2)[1]);
        return await SendAsync(request);
    }

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
