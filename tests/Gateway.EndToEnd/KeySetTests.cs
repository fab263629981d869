using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Cryptography;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>Key sets of the real executable: the environment's proxies, encrypted files, and what never comes out of the process.</summary>
public sealed class KeySetTests : IAsyncLifetime
{
    private const string AdminToken = "a-token-of-enough-characters";

    private static readonly byte[] s_secret = "0123456789abcdef0123456789abcdef"u8.ToArray();
    private static readonly byte[] s_passphrase = "correct horse battery staple"u8.ToArray();
    private static readonly byte[] s_key = SHA256.HashData("key"u8);

    private readonly Folder _folder = new();
    private Upstream _upstream = null!;
    private Upstream _proxy = null!;

    public async Task InitializeAsync()
    {
        _upstream = (await Upstream.StartAsync()).Answer("/ok", """{"a":1}""");
        _proxy = await Upstream.StartAsync();
        _proxy.OnAny(static async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Set()));
        });
    }

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _proxy.DisposeAsync();
        _folder.Dispose();
    }

    [Theory, Spec("AUT-028")]
    [InlineData("HTTP_PROXY", "", 200, 1)]
    [InlineData("http_proxy", "", 200, 1)]
    [InlineData("HTTP_PROXY", "other.invalid", 200, 1)]
    [InlineData("HTTP_PROXY", "keys.invalid", 401, 0)]
    [InlineData("HTTPS_PROXY", "", 401, 0)]
    public async Task Keys_come_through_the_proxy_that_the_environment_names(string variable, string exceptions, int expected, int calls)
    {
        await using var gateway = await StartAsync(Remote, new() { [variable] = _proxy.Host, ["NO_PROXY"] = exceptions });

        Assert.Equal(expected, await StatusAsync(gateway));

        Assert.Equal(calls, _proxy.Received.Count);
        Assert.All(_proxy.Received, static call => Assert.Equal("keys.invalid", call.Header("Host")));
    }

    [Fact, Spec("AUT-045", "CFG-333")]
    public async Task Neither_status_nor_output_shows_a_secret()
    {
        var admin = RunningGateway.FreePort();
        await using var gateway = await StartAsync(
            $"{Remote},{Endpoint("/file", Encrypted(s_key))}",
            new() { ["HTTP_PROXY"] = _proxy.Host.Replace("://", "://user:proxy-password@", StringComparison.Ordinal) },
            $"\"gateway/admin\":{{\"listen\":\"127.0.0.1:{admin}\",\"token\":\"{AdminToken}\"}}");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{admin}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        Assert.Equal((200, 200, 401), (await StatusAsync(gateway), await StatusAsync(gateway, "/file"), await StatusAsync(gateway, "/file", "x")));

        var status = await client.GetStringAsync("/status");

        Assert.Contains("/file", status, StringComparison.Ordinal);
        foreach (var secret in (string[])[Base64Url.EncodeToString(s_secret), Encoding.ASCII.GetString(s_secret), Encoding.ASCII.GetString(s_passphrase), Base64Url.EncodeToString(s_key), Convert.ToBase64String(s_key), "url-secret", "proxy-password", AdminToken, Token().Split('.')[2], Token().Split('.')[1]])
        {
            foreach (var text in (string[])[status, gateway.Out, gateway.Error])
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    [Fact, Spec("AUT-045", "AUT-026")]
    public async Task A_file_that_cannot_be_decrypted_refuses_the_start_without_showing_its_key()
    {
        var wrong = SHA256.HashData("another key"u8);
        var file = _folder.Write("krakend.json", Document(Endpoint("/file", Encrypted(wrong))));

        var run = await Executable.RunInAsync(_folder.Path, null, "run", "-c", file, "--plugins", Plugins);

        Assert.NotEqual(0, run.Status);
        Assert.Contains("does not decrypt cypher_key", run.Out + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Base64Url.EncodeToString(wrong), run.Out + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(wrong), run.Out + run.Error, StringComparison.Ordinal);
    }

    private static string Plugins => Path.Combine(
        Executable.Repository, "plugins", "JwtValidator", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin", "jwt-validator");

    private string Remote => Endpoint("/guarded", """ "jwk_url":"http://keys.invalid/jwks?key=url-secret","cache":true,"operation_debug":true """);

    private string Endpoint(string path, string validator) =>
        $$"""{"endpoint":"{{path}}","extra_config":{"auth/validator":{"alg":"HS256","disable_jwk_security":true,{{validator}} } },"backend":[{"host":["{{_upstream.Host}}"],"url_pattern":"/ok"}]}""";

    private static string Document(string endpoints, string extra = "") => $$"""{"version":3,"listen_ip":"127.0.0.1","extra_config":{{{extra}}},"endpoints":[{{endpoints}}]}""";

    private Task<RunningGateway> StartAsync(string endpoints, Dictionary<string, string> environment, string extra = "") =>
        RunningGateway.StartAsync(_folder.Path, ["run", "-c", _folder.Write("krakend.json", Document(endpoints, extra)), "--plugins", Plugins], environment);

    /// <summary>Attributes of a validator whose key file is encrypted; the secret URL has the given key, the file was made with the right one.</summary>
    private string Encrypted(byte[] key)
    {
        var json = Encoding.UTF8.GetBytes(Set());
        var file = new byte[12 + json.Length + 16];
        using var cipher = new AesGcm(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(s_passphrase))), 16);
        cipher.Encrypt(file.AsSpan(0, 12), json, file.AsSpan(12, json.Length), file.AsSpan(12 + json.Length));
        var path = Path.Combine(_folder.Path, "keys.bin");
        File.WriteAllBytes(path, file);
        var box = new byte[24 + s_passphrase.Length + SecretBox.Overhead];
        SecretBox.Seal(s_key, box.AsSpan(0, 24), s_passphrase, box.AsSpan(24));
        return $"\"jwk_local_path\":\"{path}\",\"secret_url\":\"base64key://{Base64Url.EncodeToString(key)}\",\"cypher_key\":\"{Convert.ToBase64String(box)}\"";
    }

    private static string Set() => $$"""{"keys":[{"kty":"oct","kid":"k","k":"{{Base64Url.EncodeToString(s_secret)}}"}]}""";

    private static string Token()
    {
        var input = $"{Base64Url.EncodeToString("""{"alg":"HS256","kid":"k"}"""u8)}.{Base64Url.EncodeToString("""{"sub":"ada","exp":4102444800}"""u8)}";
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(s_secret, Encoding.ASCII.GetBytes(input)))}";
    }

    private static async Task<int> StatusAsync(RunningGateway gateway, string path = "/guarded", string more = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token() + more);
        using var response = await gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
