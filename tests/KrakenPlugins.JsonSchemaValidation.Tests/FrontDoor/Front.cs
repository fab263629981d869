using System.Net;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.JsonSchemaValidation.Tests.FrontDoor;

/// <summary>A gateway with the plugin in front of one upstream that answers every request with its <see cref="Body"/>.</summary>
internal sealed class Front : IAsyncDisposable
{
    private Front(Upstream upstream, TestGateway gateway)
    {
        Upstream = upstream;
        Gateway = gateway;
    }

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; }

    /// <summary>A gateway with an endpoint <c>POST /e</c> whose body must match a schema.</summary>
    public static Task<Front> ValidatingAsync(string schema, string root = "") =>
        StartAsync($$$$$"""{"endpoint":"/e","method":"POST","input_headers":["Content-Type"],"extra_config":{"validation/json-schema":{{{{{schema}}}}}},"backend":[{"url_pattern":"/b"}]}""", root);

    /// <summary>A gateway with endpoints.</summary>
    /// <param name="endpoints">Objects of the list.</param>
    /// <param name="root">Members of the root, each with a comma behind it.</param>
    /// <param name="answer">What the upstream answers.</param>
    /// <param name="components">Further components.</param>
    public static async Task<Front> StartAsync(string endpoints, string root = "", string answer = "{}", Action<IPluginRegistry>? components = null)
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer);
        });
        try
        {
            var plugins = new PluginRegistry();
            new JsonSchemaPlugin().Register(plugins);
            components?.Invoke(plugins);
            var json = $$$$$"""{"version":3,{{{{{root}}}}}"host":["$UPSTREAM"],"endpoints":[{{{{{endpoints}}}}}]}""";
            return new Front(upstream, await TestGateway.StartAsync(json, upstream.Host, new TestGatewayOptions { Plugins = plugins }));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    public Task<Reply> PostAsync(string body, string path = "/e", string contentType = "application/json") =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, contentType));

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await Gateway.Client.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.ToString(),
            response.Headers.TryGetValues("X-Krakend-Completed", out var values) ? values.Single() : null);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}

/// <summary>What a client sees.</summary>
internal sealed record Reply(int Status, string Body, string? ContentType, string? Completed);
