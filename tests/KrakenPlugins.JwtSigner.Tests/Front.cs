using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.JwtSigner.Tests;

/// <summary>A gateway with the plugin as it is laid out, in front of one upstream that has keys at <c>/keys</c> and an answer at <c>/token</c>.</summary>
internal sealed class Front : IAsyncDisposable
{
    /// <summary>The answer of the original's example.</summary>
    public const string Answer = """
        {"access_token":{"sub":"1234567890qwertyuio","iss":"http://example.com","roles":["role_a","role_b"],"jti":"mnb23vcsrt756yuiomnbvcx98ertyuiop","exp":1735689600,"aud":"http://api.example.com"},
         "refresh_token":{"iss":"http://example.com","aud":"http://api.example.com","exp":1735689600,"sub":"1234567890qwertyuio","jti":"mnb23vcsrt756yuiomn12876bvcx98ertyuiop"},
         "exp":1735689600,"note":"plain"}
        """;

    /// <summary>The original's key <c>sim2</c>, and a key with both halves.</summary>
    public static readonly string Keys = MakeKeys();

    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    private Front(Upstream upstream) => Upstream = upstream;

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; private set; } = null!;

    /// <summary>A gateway whose endpoint <c>POST /login</c> has this value of the namespace, in which <c>$FILE</c> is a file with the keys.</summary>
    public static async Task<Front> StartAsync(string signer, string endpoint = "", string? answer = null, string keys = "", TestGatewayOptions? options = null)
    {
        var upstream = await Upstream.StartAsync();
        upstream.Answer("/keys", keys.Length > 0 ? keys : Keys).Answer("/token", answer ?? Answer);
        var front = new Front(upstream);
        try
        {
            await File.WriteAllTextAsync(front._file, keys.Length > 0 ? keys : Keys);
            front.Gateway = await TestGateway.StartAsync($$$"""
                {"version":3,"host":["$UPSTREAM"],"timeout":"2s","endpoints":[
                  {"endpoint":"/login","method":"POST",{{{endpoint}}}"backend":[{"url_pattern":"/token","method":"POST"}],"extra_config":{"auth/signer":{{{signer.Replace("$FILE", front._file, StringComparison.Ordinal)}}}}},
                  {"endpoint":"/other","backend":[{"url_pattern":"/token"}]}]}
                """, upstream.Host, (options ?? new TestGatewayOptions()) with { PluginFolders = [PluginFolder.Path] });
            return front;
        }
        catch
        {
            await front.DisposeAsync();
            throw;
        }
    }

    public async Task<Reply> PostAsync(string path = "/login")
    {
        using var response = await Gateway.Client.PostAsync(path, null);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
            await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        File.Delete(_file);
    }

    private static string MakeKeys()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var p = key.ExportParameters(true);
        var (x, y, d) = (Encode(p.Q.X), Encode(p.Q.Y), Encode(p.D));
        return $$"""
            {"keys":[
              {"kty":"oct","kid":"sim2","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"},
              {"kty":"EC","kid":"ec","crv":"P-256","x":"{{x}}","y":"{{y}}","d":"{{d}}"},
              {"kty":"EC","kid":"public","crv":"P-256","x":"{{x}}","y":"{{y}}"}]}
            """;
    }

    private static string Encode(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}

/// <summary>What a client sees of an answer, read to its end.</summary>
internal sealed record Reply(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders Content)
{
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || Content.TryGetValues(name, out values) ? string.Join('|', values) : null;

    public string Field(string name) => JsonDocument.Parse(Body).RootElement.GetProperty(name).GetString()!;
}
