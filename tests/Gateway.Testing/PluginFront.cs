using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>A gateway with plugins as the build laid them out, in front of one upstream that answers <c>{"from":"backend"}</c>.</summary>
public sealed class PluginFront : IAsyncDisposable
{
    private PluginFront(Upstream upstream, TestGateway gateway)
    {
        Upstream = upstream;
        Gateway = gateway;
    }

    /// <summary>The upstream.</summary>
    public Upstream Upstream { get; }

    /// <summary>The gateway.</summary>
    public TestGateway Gateway { get; }

    /// <summary>The last request that the upstream received.</summary>
    public ReceivedRequest Last => Upstream.Received[^1];

    /// <summary>The folder that the build laid a plugin out in.</summary>
    /// <param name="project">Folder below <c>plugins</c>.</param>
    /// <param name="id">Id of the plugin.</param>
    public static string Folder(string project, string id) => Path.GetFullPath(Path.Combine(
        // …/tests/PROJECT/bin/<configuration>/net10.0/
        AppContext.BaseDirectory, "..", "..", "..", "..", "..", "plugins", project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin", id));

    /// <summary>The only JSON example of the README in a plugin's folder.</summary>
    public static string ReadmeExample(string folder) =>
        Regex.Matches(File.ReadAllText(Path.Combine(folder, "README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Single().Groups[1].Value;

    /// <summary>Starts a gateway with this document, whose endpoints may name the upstream <c>$UPSTREAM</c>.</summary>
    public static async Task<PluginFront> StartAsync(string json, TestGatewayOptions? options = null, params string[] folders)
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(static async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"from":"backend"}""");
        });
        try
        {
            return new PluginFront(upstream, await TestGateway.StartAsync(json, upstream.Host, (options ?? new TestGatewayOptions()) with { PluginFolders = folders }));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets a path, with headers given as <c>Name: value</c>; repeated names are repeated lines.</summary>
    public Task<FrontReply> GetAsync(string path, params string[] headers) => SendAsync(HttpMethod.Get, path, headers);

    /// <summary>Sends a request without body.</summary>
    public async Task<FrontReply> SendAsync(HttpMethod method, string path, params string[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        using var response = await Gateway.Client.SendAsync(request);
        return new FrontReply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    /// <summary>Sends a head as bytes on a connection of its own; gives everything that comes back until the gateway closes it.</summary>
    public async Task<string> SendRawAsync(string requestLine, params string[] headers)
    {
        using var connection = await Gateway.ConnectAsync();
        await connection.WriteAsync($"{requestLine}\r\n{string.Concat(headers.Select(static h => h + "\r\n"))}Connection: close\r\n\r\n");
        return await connection.ReadToEndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}

/// <summary>What a client sees of an answer, read to its end.</summary>
public sealed record FrontReply(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders Content)
{
    /// <summary>Lines of a header joined with a bar; <see langword="null"/> when absent.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || Content.TryGetValues(name, out values) ? string.Join('|', values) : null;

    /// <summary>Names of all headers that start with a text.</summary>
    public IEnumerable<string> HeadersStarting(string start) =>
        Headers.Select(static h => h.Key).Concat(Content.Select(static h => h.Key)).Where(h => h.StartsWith(start, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);

    /// <summary>Whether it is a rejection as AUT-007 wants it: no body, and no header that says anything about content or gateway.</summary>
    public bool IsBare => Body.Length == 0 && Header("Content-Type") is null && Header("Cache-Control") is null && !HeadersStarting("X-Krakend").Any();
}
