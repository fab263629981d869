using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gateway.Core.Plugins;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Gcp.Tests;

/// <summary>A gateway with the plugin, a fake of Google (token endpoint that verifies assertions, metadata server), and a backend that echoes headers.</summary>
internal sealed class Google : IAsyncDisposable
{
    private static readonly RSA s_key = RSA.Create(2048);
    private int _tokens;

    private Google(Upstream server, Upstream backend)
    {
        Server = server;
        Backend = backend;
    }

    public Upstream Server { get; }

    public Upstream Backend { get; }

    public TestGateway Gateway { get; private set; } = null!;

    public ShiftedTime Time { get; } = new();

    /// <summary>Claims of the assertions that were verified.</summary>
    public List<JsonElement> Assertions { get; } = [];

    public IReadOnlyList<ReceivedRequest> TokenRequests => Server.ReceivedAt("/token");

    public string KeyJson => JsonSerializer.Serialize(new
    {
        type = "service_account",
        client_email = "gw@p.iam.gserviceaccount.com",
        private_key_id = "k1",
        private_key = s_key.ExportPkcs8PrivateKeyPem(),
        token_uri = $"{Server.Host}/token",
    });

    public static async Task<Google> StartAsync(Func<Google, string> ns, IDictionary<string, string>? environment = null, Action<Google>? prepare = null, string endpoint = "")
    {
        var google = new Google(await Upstream.StartAsync(), await Upstream.StartAsync());
        environment ??= new Dictionary<string, string>();
        environment.TryAdd("GCE_METADATA_HOST", google.Server.Host["http://".Length..]);
        google.Server.On("/token", google.AnswerTokenAsync);
        google.Server.On("/computeMetadata/v1/instance/service-accounts/default/identity", google.AnswerMetadataAsync);
        google.Backend.OnAny(static context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(JsonSerializer.Serialize(context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString())));
        });
        prepare?.Invoke(google);
        var plugins = new PluginRegistry();
        new GcpPlugin(name => environment.TryGetValue(name, out var value) ? value : null).Register(plugins);
        google.Gateway = await TestGateway.StartAsync(
            $$$"""{"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e",{{{endpoint}}}"backend":[{"url_pattern":"/b","extra_config":{"auth/gcp":{{{ns(google)}}}}}]}]}""",
            google.Backend.Host,
            new() { Plugins = plugins, Time = google.Time, Environment = new Dictionary<string, string> { ["HTTP_PROXY"] = "http://127.0.0.1:1" } });
        return google;
    }

    /// <summary>Calls the endpoint; headers that the backend got.</summary>
    public async Task<(HttpStatusCode Status, Dictionary<string, string>? Headers)> GetAsync(string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/e");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await Gateway.Client.SendAsync(request);
        return (response.StatusCode, response.IsSuccessStatusCode ? await response.Content.ReadFromJsonDictionaryAsync() : null);
    }

    public string Token(int number, int lifetime = 3600) =>
        $"h.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"n":{{number}},"exp":{{Time.GetUtcNow().ToUnixTimeSeconds() + lifetime}}}"""))}.s{number}";

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
            await Gateway.DisposeAsync();
        await Server.DisposeAsync();
        await Backend.DisposeAsync();
    }

    private async Task AnswerTokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var parts = form["assertion"].ToString().Split('.');
        var isGood = form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && s_key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])) == """{"alg":"RS256","typ":"JWT","kid":"k1"}""";
        Assertions.Add(JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement);
        context.Response.StatusCode = isGood ? 200 : 400;
        await context.Response.WriteAsync(isGood ? $$"""{"id_token":"{{Token(Interlocked.Increment(ref _tokens))}}"}""" : """{"error":"invalid_grant","error_description":"Invalid JWT Signature."}""");
    }

    private async Task AnswerMetadataAsync(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Headers["Metadata-Flavor"] == "Google" && context.Request.Query["format"] == "full" ? 200 : 403;
        context.Response.Headers["Metadata-Flavor"] = "Google";
        await context.Response.WriteAsync(Token(Interlocked.Increment(ref _tokens)) + "\n");
    }
}

internal static class Json
{
    public static async Task<Dictionary<string, string>> ReadFromJsonDictionaryAsync(this HttpContent content) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(await content.ReadAsStringAsync())!;
}
