using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Credentials.Tests;

/// <summary>All components that sign the gateway in at backends, at the level DEBUG, with providers that say back what they were told.</summary>
public sealed class SecretTests : IAsyncLifetime
{
    private const string ClientSecret = "cl1ent-s3cret/+x";
    private const string AccessToken = "acc3ss-tok3n-of-the-provider";
    private const string IdToken = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.id-tok3n-signature";
    private const string AmazonSecret = "am4zon-s3cret-access-key";
    private const string AmazonSession = "am4zon-s3ssion-token";
    private const string Password = "w1ndows-passw0rd";

    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE",
        ["AWS_SECRET_ACCESS_KEY"] = AmazonSecret,
        ["AWS_SESSION_TOKEN"] = AmazonSession,
    };

    private readonly RSA _key = RSA.Create(2048);
    private readonly Dictionary<string, string?> _before = [];
    private Upstream _provider = null!;

    public async Task InitializeAsync()
    {
        _provider = await Upstream.StartAsync();
        _provider.Answer("/token", $$"""{"access_token":"{{AccessToken}}","id_token":"{{IdToken}}","token_type":"bearer","expires_in":3600}""");
        _provider.On("/broken", EchoAsync);
        _provider.On("/ntlm", SignInAsync);
        // Plugins that are loaded from their folders see the variables of the process.
        foreach (var (name, value) in s_environment)
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
        await _provider.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    [Spec("SEC-104", "AUT-120", "AUT-148")]
    public async Task No_log_and_no_answer_tells_a_secret_whether_signing_in_works_or_not()
    {
        await using var front = await PluginFront.StartAsync(Document(), null,
            PluginFront.Folder("ClientCredentials", "client-credentials"), PluginFront.Folder("Gcp", "gcp"), PluginFront.Folder("AwsSigV4", "aws-sigv4"), PluginFront.Folder("Ntlm", "ntlm"));
        var answers = new StringBuilder();

        foreach (var (path, status) in new[] { ("/cc", 200), ("/cc-broken", 500), ("/gcp", 200), ("/gcp-broken", 500), ("/aws", 200), ("/aws-broken", 500), ("/ntlm", 200), ("/ntlm-broken", 500) })
        {
            var reply = await front.GetAsync(path);
            Assert.True(status == reply.Status, $"{path}: {reply.Status} {reply.Body}\n{front.Gateway.Log}");
            answers.AppendLine(reply.Body).Append(reply.Headers);
        }
        await front.Gateway.ReloadAsync(Document());
        await front.Gateway.WaitForLogAsync("\"/ntlm-broken\"");

        // Signing in was tried for real.
        Assert.Contains(front.Upstream.Received, static r => r.Header("Authorization") == $"Bearer {AccessToken}");
        Assert.Contains(front.Upstream.Received, static r => r.Header("Authorization") == $"Bearer {IdToken}");
        Assert.Contains(front.Upstream.Received, static r => r.Header("X-Amz-Security-Token") == AmazonSession);
        Assert.Contains("DEBUG", front.Gateway.Log, StringComparison.Ordinal);
        foreach (var secret in Secrets())
        {
            Assert.DoesNotContain(secret, front.Gateway.Log, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, answers.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    private IEnumerable<string> Secrets() =>
    [
        ClientSecret, Uri.EscapeDataString(ClientSecret), Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{ClientSecret}")), AccessToken, "id-tok3n", AmazonSecret, AmazonSession, Password,
        Convert.ToBase64String(Encoding.Unicode.GetBytes(Password)), "TlRMTVNTUAAD", "-----BEGIN", .. _key.ExportPkcs8PrivateKeyPem().Split('\n')[1..4], "assertion=eyJ",
    ];

    private string Document()
    {
        string Client(string path) => $$""" "auth/client-credentials":{"client_id":"me","client_secret":"{{ClientSecret}}","token_url":"{{_provider.Host}}{{path}}"} """;
        string Google(string path) => $$""" "auth/gcp":{"audience":"https://a.example","credentials_json":{{KeyOf(path)}} } """;
        const string Amazon = """ "auth/aws-sigv4":{"service":"execute-api","region":"eu-west-1","debug":true} """;
        const string Windows = $$""" "auth/ntlm":{"user":"CORP\\gateway","password":"{{Password}}"} """;
        return $$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"router":{"return_error_msg":true} },"endpoints":[
              {{Endpoint("/cc", Client("/token"))}},{{Endpoint("/cc-broken", Client("/broken"))}},
              {{Endpoint("/gcp", Google("/token"))}},{{Endpoint("/gcp-broken", Google("/broken"))}},
              {{Endpoint("/aws", Amazon)}},{{Endpoint("/aws-broken", Amazon, "/broken", _provider.Host)}},
              {{Endpoint("/ntlm", Windows, "/ntlm", _provider.Host)}},{{Endpoint("/ntlm-broken", Windows, "/broken", _provider.Host)}} ]}
            """;
    }

    private static string Endpoint(string path, string extra, string pattern = "/b", string host = "$UPSTREAM") =>
        $$"""{"endpoint":"{{path}}","backend":[{"host":["{{host}}"],"url_pattern":"{{pattern}}","extra_config":{ {{extra}} } }]}""";

    private string KeyOf(string path) => JsonSerializer.Serialize(new
    {
        type = "service_account",
        client_email = "gw@p.iam.gserviceaccount.com",
        private_key_id = "k1",
        private_key = _key.ExportPkcs8PrivateKeyPem(),
        token_uri = _provider.Host + path,
    });

    // Refuses, and says everything back in its reason.
    private static async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var said = await reader.ReadToEndAsync();
        var headers = string.Join('\n', context.Request.Headers.Select(static h => $"{h.Key}: {h.Value}"));
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = context.Request.Headers.Authorization.Count == 0 ? "NTLM" : $"NTLM {Challenge()}";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(new { error = $"invalid {said}", error_description = $"{said} {headers}" }));
    }

    private static Task SignInAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        var message = authorization.StartsWith("NTLM ", StringComparison.Ordinal) ? Convert.FromBase64String(authorization[5..]) : [];
        if (message is { Length: > 8 } && message[8] == 3)
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync("""{"signed":"in"}""");
        }
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = message.Length == 0 ? "NTLM" : $"NTLM {Challenge()}";
        return Task.CompletedTask;
    }

    // MS-NLMP, 2.2.1.2: Unicode, NTLM, extended session security, target information.
    private static string Challenge()
    {
        byte[] name = Encoding.Unicode.GetBytes("CORP"), info = [2, 0, 8, 0, .. name, 0, 0, 0, 0];
        var message = new byte[48 + name.Length + info.Length];
        "NTLMSSP\0"u8.CopyTo(message);
        message[8] = 2;
        Put(12, name.Length, 48);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(20), 0xA2898205);
        RandomNumberGenerator.Fill(message.AsSpan(24, 8));
        Put(40, info.Length, 48 + name.Length);
        name.CopyTo(message, 48);
        info.CopyTo(message, 48 + name.Length);
        return Convert.ToBase64String(message);

        void Put(int at, int length, int offset)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at), (ushort)length);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at + 2), (ushort)length);
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(at + 4), offset);
        }
    }
}
