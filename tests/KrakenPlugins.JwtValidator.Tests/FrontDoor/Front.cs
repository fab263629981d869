using System.Net.Http.Headers;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>
/// A gateway with the plugin as it is laid out, in front of an upstream that answers <c>{"from":"backend"}</c> and serves the key set that
/// <see cref="Keys"/> says at <c>/jwks</c>.
/// </summary>
internal sealed class Front : IAsyncDisposable
{
    /// <summary>Attributes of a validator that checks RS256 tokens with the usual key, downloaded over plain HTTP and cached.</summary>
    public const string Usual = "\"alg\":\"RS256\",\"jwk_url\":\"$UPSTREAM/jwks\",\"disable_jwk_security\":true,\"cache\":true";

    private volatile string _keys = Issuer.Set(Issuer.Key);

    private Front(Upstream upstream) => Upstream = upstream;

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; private set; } = null!;

    /// <summary>The key set that the upstream serves.</summary>
    public string Keys { get => _keys; set => _keys = value; }

    /// <summary>Status with which it does.</summary>
    public int KeysStatus { get; set; } = 200;

    /// <summary>How often it was asked for.</summary>
    public int Downloads => Upstream.ReceivedAt("/jwks").Count;

    /// <summary>Calls of backends.</summary>
    public IReadOnlyList<ReceivedRequest> Calls => [.. Upstream.Received.Where(static r => !r.Target.StartsWith("/jwks", StringComparison.Ordinal))];

    /// <summary>The last call of a backend.</summary>
    public ReceivedRequest Last => Calls[^1];

    /// <summary>A gateway whose endpoint <c>/e</c> is guarded.</summary>
    /// <param name="validator">Attributes beside <see cref="Usual"/>, each with a comma in front.</param>
    /// <param name="endpoint">Further members of the endpoint, with final comma.</param>
    /// <param name="root">Further members of the root, with final comma.</param>
    /// <param name="options">Of the gateway.</param>
    public static Task<Front> StartAsync(string validator = "", string endpoint = "", string root = "", TestGatewayOptions? options = null) =>
        StartAllAsync(Endpoint("/e", Usual + validator, endpoint), root, options);

    /// <summary>An endpoint object with these attributes of its validator.</summary>
    public static string Endpoint(string path, string validator, string members = "") =>
        $$$"""{"endpoint":"{{{path}}}",{{{members}}}"extra_config":{"auth/validator":{{{{validator}}}}},"backend":[{"url_pattern":"/b"}]}""";

    /// <summary>A gateway with these endpoint objects.</summary>
    public static async Task<Front> StartAllAsync(string endpoints, string root = "", TestGatewayOptions? options = null)
    {
        var front = new Front(await Upstream.StartAsync());
        front.Upstream.On("/jwks", async context =>
        {
            context.Response.StatusCode = front.KeysStatus;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(front.Keys);
        });
        front.Upstream.OnAny(static async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"from":"backend"}""");
        });
        try
        {
            front.Gateway = await GatewayAsync(Document(endpoints, root), front.Upstream.Host, options);
            return front;
        }
        catch
        {
            await front.Upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>A configuration with these endpoints.</summary>
    public static string Document(string endpoints, string root = "") => $$"""{"version":3,"timeout":"20s",{{root}}"host":["$UPSTREAM"],"endpoints":[{{endpoints}}]}""";

    /// <summary>A gateway with the plugin.</summary>
    public static Task<TestGateway> GatewayAsync(string json, string upstream, TestGatewayOptions? options = null)
    {
        options ??= new();
        return TestGateway.StartAsync(json, upstream, options with { PluginFolders = [.. options.PluginFolders, Path.GetDirectoryName(PluginFolder.Path)!] });
    }

    /// <summary>Gets a path with a token.</summary>
    public Task<Reply> TokenAsync(string token, string path = "/e") => GetAsync(path, $"Authorization: Bearer {token}");

    /// <summary>Status of a request with a token.</summary>
    public async Task<int> StatusAsync(string token, string path = "/e") => (await TokenAsync(token, path)).Status;

    /// <summary>Gets a path, with headers given as <c>Name: value</c>.</summary>
    public async Task<Reply> GetAsync(string path = "/e", params string[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header.Split(": ", 2)[0], header.Split(": ", 2)[1]);
        using var response = await Gateway.Client.SendAsync(request);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    /// <summary>Sends a request line by line over a connection of its own; returns the status, 0 without an answer.</summary>
    public async Task<int> RawAsync(params string[] lines)
    {
        var answer = await Gateway.SendRawAsync(string.Join("\r\n", lines) + "\r\nConnection: close\r\n\r\n");
        return answer.Length < 12 ? 0 : int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
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
