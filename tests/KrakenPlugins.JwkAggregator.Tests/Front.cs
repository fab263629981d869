using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.JwkAggregator.Tests;

/// <summary>A key of an identity provider.</summary>
internal sealed class ProviderKey(string id) : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);

    public string Jwk(string more = "")
    {
        var key = _rsa.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{id}}","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"{{more}}}""";
    }

    public string Token(string claims)
    {
        var input = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"RS256","kid":"{{id}}"}"""))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{input}.{Base64Url.EncodeToString(_rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose() => _rsa.Dispose();
}

/// <summary>A gateway with both plugins as they are laid out; two providers at <c>/one</c> and <c>/two</c> of one upstream.</summary>
internal sealed class Front : IAsyncDisposable
{
    private static readonly string s_plugins = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "plugins"));
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly HttpClient _client = new();

    private Front(Upstream upstream, int port)
    {
        Upstream = upstream;
        Port = port;
    }

    public static ProviderKey One { get; } = new("one");

    public static ProviderKey Two { get; } = new("two");

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; private set; } = null!;

    public int Port { get; }

    /// <summary>Folder of a plugin as its build laid it out.</summary>
    public static string Folder(string plugin) => Path.Combine(s_plugins, plugin, "bin", s_configuration, "net10.0", "plugin");

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Starts one; <c>$PORT</c> stands for the aggregator's port.</summary>
    /// <param name="aggregator">Attributes beside the port.</param>
    /// <param name="validator">Attributes of the validator of <c>/e</c>, with a comma in front.</param>
    public static async Task<Front> StartAsync(string aggregator = "\"origins\":[\"$UPSTREAM/one\",\"$UPSTREAM/two\"]", string validator = "", int? port = null)
    {
        var front = new Front(await Upstream.StartAsync(), port ?? FreePort());
        front.Serve("/one", One.Jwk()).Serve("/two", Two.Jwk());
        front.Upstream.Answer("/b", "{}");
        try
        {
            front.Gateway = await TestGateway.StartAsync(front.Document(aggregator, validator), front.Upstream.Host, new TestGatewayOptions { PluginFolders = [Folder("JwkAggregator"), Folder("JwtValidator")] });
            return front;
        }
        catch
        {
            await front.Upstream.DisposeAsync();
            throw;
        }
    }

    public string Document(string aggregator, string validator = "", int? port = null) => $$$$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"plugin/http-server":{"name":["jwk-aggregator"],"jwk-aggregator":{"port":{{{{{port ?? Port}}}}},{{{{{aggregator}}}}}}}},
         "endpoints":[{"endpoint":"/e","extra_config":{"auth/validator":{"alg":"RS256","jwk_url":"http://localhost:{{{{{port ?? Port}}}}}","disable_jwk_security":true{{{{{validator}}}}}}},"backend":[{"url_pattern":"/b"}]}]}
        """;

    /// <summary>Serves a key set at a path.</summary>
    public Front Serve(string path, string keys, string? cacheControl = null, int status = 200)
    {
        Upstream.On(path, async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            if (cacheControl is not null)
                context.Response.Headers.CacheControl = cacheControl;
            await context.Response.WriteAsync($$"""{"keys":[{{keys}}]}""");
        });
        return this;
    }

    /// <summary>Answer of the aggregator.</summary>
    public async Task<(int Status, string Type, string Body)> KeysAsync(string path = "/")
    {
        using var response = await _client.GetAsync($"http://127.0.0.1:{Port}{path}");
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", await response.Content.ReadAsStringAsync());
    }

    /// <summary>Status of the guarded endpoint for a token.</summary>
    public async Task<int> StatusAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/e") { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var response = await Gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
