using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.ClientCertificate.Tests;

/// <summary>All ways to authenticate at one endpoint, with the plugins as the build laid them out.</summary>
public sealed class OrderTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string User = "Authorization: Basic YWRtaW46c3dvcmRmaXNo";
    private const string ApiKey = "X-Key: s3cret";
    private const string BadUser = "Authorization: Basic YWRtaW46d3Jvbmc=";

    private const string Others = """
        "auth/basic":{"users":{"admin":"$2a$10$KRDyHI3NUyUX9bPMAO1nXOO7BaDdBPhQms8nCllD93Yvtm2sh5YRS"}},
        "auth/api-keys":{"identifier":"X-Key","keys":[{"key":"s3cret","roles":["A"]}]}
        """;

    // The components stand in another order than they are asked in.
    private const string Endpoint = """
        {"endpoint":"/e","extra_config":{
          "auth/validator":{"alg":"HS256","jwk_local_path":"$FILES/keys.json","disable_jwk_security":true,"auth_header_name":"X-Token","roles_key":"roles","roles":["reader"]},
          "auth/api-keys":{"roles":["A"],"client_max_rate":1},
          "auth/basic":{},
          "auth/client-certificate":{"allowed_subjects":["CN=client"]} },
         "backend":[{"url_pattern":"/b"}]}
        """;

    [Fact, Spec("AUT-004", "AUT-300")]
    public async Task Certificate_user_key_and_token_must_all_succeed_and_the_first_failure_answers()
    {
        string[] folders = [PluginFront.Folder("Basic", "basic"), PluginFront.Folder("ApiKeys", "api-keys"), PluginFront.Folder("JwtValidator", "jwt-validator")];
        await using var front = await Front.StartAsync(Endpoint, fromFolder: true, others: Others, folders: folders,
            write: static files => files.Write("keys.json", $"{{\"keys\":[{{\"kty\":\"oct\",\"kid\":\"k\",\"alg\":\"HS256\",\"k\":\"{Encode(Encoding.ASCII.GetBytes(Key))}\"}}]}}"));
        using var known = front.Issue("CN=client");
        using var stranger = front.Issue("CN=stranger");
        var (token, badToken) = ($"X-Token: Bearer {Token("reader")}", "X-Token: Bearer a.b.c");
        var wrongRole = $"X-Token: Bearer {Token("writer")}";

        // 403 is the certificate's, 401 with a challenge the password's, a bare 401 that of key or token.
        Assert.Equal((403, false), await AnswerAsync(stranger, BadUser, "X-Key: no", badToken));
        Assert.Equal((403, false), await AnswerAsync(stranger, User, ApiKey, token));
        Assert.Equal((401, true), await AnswerAsync(known, BadUser, "X-Key: no", badToken));
        Assert.Equal((401, true), await AnswerAsync(known, ApiKey, token));
        Assert.Equal((401, false), await AnswerAsync(known, User, "X-Key: no", wrongRole));
        Assert.Equal((401, false), await AnswerAsync(known, User, token));
        Assert.Empty(front.Upstream.Received);
        Assert.Equal((200, false), await AnswerAsync(known, User, ApiKey, token));
        // The key has used up its rate, so that the token is not looked at; and nobody in front of the key has used any of it.
        Assert.Equal((429, false), await AnswerAsync(known, User, ApiKey, wrongRole));
        Assert.Equal((401, true), await AnswerAsync(known, BadUser, ApiKey, token));
        Assert.Single(front.Upstream.Received);

        async Task<(int, bool)> AnswerAsync(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, params string[] headers)
        {
            using var response = await front.GetAsync("/e", certificate, headers);
            return ((int)response.StatusCode, response.Headers.Contains("WWW-Authenticate"));
        }
    }

    private static string Token(string role)
    {
        var input = $"{Encode("""{"alg":"HS256","kid":"k"}"""u8)}.{Encode(Encoding.ASCII.GetBytes($"{{\"roles\":[\"{role}\"],\"exp\":{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}}"))}";
        return $"{input}.{Encode(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Key), Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
