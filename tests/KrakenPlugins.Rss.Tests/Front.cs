using Gateway.Core.Plugins;
using Gateway.Testing;

namespace KrakenPlugins.Rss.Tests;

/// <summary>A gateway with the plugin in front of one upstream that answers every path of <c>bodies</c>.</summary>
internal sealed class Front(Upstream upstream, TestGateway gateway) : IAsyncDisposable
{
    public TestGateway Gateway => gateway;

    public static async Task<Front> StartAsync(string endpoints, params (string Path, string Body)[] bodies)
    {
        var upstream = await Upstream.StartAsync();
        foreach (var (path, body) in bodies)
        {
            upstream.On(path, async context =>
            {
                context.Response.ContentType = "text/whatever";
                await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
            });
        }
        try
        {
            var plugins = new PluginRegistry();
            new RssPlugin().Register(plugins);
            return new Front(upstream, await TestGateway.StartAsync(
                $$"""{"version":3,"host":["$UPSTREAM"],"endpoints":[{{endpoints}}]}""", upstream.Host, new TestGatewayOptions { Plugins = plugins }));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    public async Task<(int Status, string? Type, string Body)> GetAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await gateway.Client.SendAsync(request);
        return ((int)response.StatusCode, response.Content.Headers.TryGetValues("Content-Type", out var type) ? string.Join('|', type) : null, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await upstream.DisposeAsync();
    }
}
