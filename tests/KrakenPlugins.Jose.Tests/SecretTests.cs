using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

/// <summary>Services that decrypt, as servers on this machine that speak their protocols.</summary>
public sealed class SecretTests : IAsyncLifetime
{
    private static readonly byte[] s_passphrase = "correct horse battery staple"u8.ToArray();
    private static readonly string s_encoded = Convert.ToBase64String(s_passphrase);

    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly string _credentials = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Dictionary<string, string> _environment = [];
    private Upstream _service = null!;

    public async Task InitializeAsync()
    {
        _service = await Upstream.StartAsync();
        File.WriteAllBytes(_file, FileTests.Encrypt(Encoding.UTF8.GetBytes($$"""{"keys":[{{Tokens.PrivateJson(JwsAlgorithm.HS256)}}]}"""), s_passphrase));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        File.Delete(_file);
        File.Delete(_credentials);
    }

    [Theory]
    [InlineData("VAULT_SERVER_URL", "VAULT_SERVER_TOKEN")]
    [InlineData("VAULT_ADDR", "VAULT_TOKEN")]
    [Spec("AUT-046")]
    public void Vault_decrypts_by_its_transit_engine(string address, string token)
    {
        (_environment[address], _environment[token]) = (_service.Host + "/", "s.token");
        _service.Answer("/v1/transit/decrypt/gateway", $$$"""{"data":{"plaintext":"{{{s_encoded}}}"}}""");

        var set = Read("hashivault://gateway", "vault:v1:abc");

        Assert.Equal("k", set.Keys[0].KeyId);
        var request = Assert.Single(_service.Received);
        Assert.Equal(("POST", "s.token", """{"ciphertext":"vault:v1:abc"}"""), (request.Method, request.Header("X-Vault-Token"), request.Body));
    }

    [Fact]
    [Spec("AUT-046", "AUT-203")]
    public void Aws_kms_decrypts_with_credentials_of_the_environment_and_a_signature_of_version_4()
    {
        (_environment["AWS_ACCESS_KEY_ID"], _environment["AWS_SECRET_ACCESS_KEY"], _environment["AWS_SESSION_TOKEN"], _environment["AWS_REGION"]) = ("AKID", "secret", "session", "eu-west-1");
        _service.Answer("/", $$"""{"Plaintext":"{{s_encoded}}"}""", contentType: "application/x-amz-json-1.1");

        Read("awskms://alias/keys", "sealed");

        var request = Assert.Single(_service.Received);
        Assert.Equal(("TrentService.Decrypt", "kms.eu-west-1.amazonaws.com", "session"), (request.Header("X-Amz-Target"), request.Header("Host"), request.Header("X-Amz-Security-Token")));
        Assert.Equal("""{"CiphertextBlob":"c2VhbGVk","KeyId":"alias/keys"}""", request.Body);
        // Computed by another implementation.
        Assert.Equal("AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/kms/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=f42a2467d712e4ea0818e598ae963c361017c9d673d00fcb7b17f9eb37acdc07", request.Header("Authorization"));
    }

    [Fact]
    [Spec("AUT-046", "AUT-203")]
    public void Aws_kms_takes_the_region_from_the_arn_and_credentials_from_the_shared_file()
    {
        File.WriteAllText(_credentials, "[other]\naws_access_key_id = no\naws_secret_access_key=no\n\n[work]\n# comment\naws_access_key_id = AKFILE\naws_secret_access_key = s3cr3t\n");
        (_environment["AWS_SHARED_CREDENTIALS_FILE"], _environment["AWS_PROFILE"]) = (_credentials, "work");
        _service.Answer("/", $$"""{"Plaintext":"{{s_encoded}}"}""");

        Read("awskms:///arn:aws:kms:us-west-2:111122223333:key/1234", "sealed");

        var request = Assert.Single(_service.Received);
        Assert.Equal("kms.us-west-2.amazonaws.com", request.Header("Host"));
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKFILE/20260102/us-west-2/kms/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=", request.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-046", "AUT-203")]
    public void Aws_credentials_come_from_a_web_identity_a_container_or_the_instance()
    {
        const string Answer = """{"AccessKeyId":"AKID","SecretAccessKey":"secret","Token":"session"}""";
        File.WriteAllText(_credentials, "the-token\n");
        _service.Answer("/container", Answer).Answer("/latest/api/token", "imds-token").Answer("/latest/meta-data/iam/security-credentials/", "role\n").Answer("/latest/meta-data/iam/security-credentials/role", Answer);
        _service.On("/", context => context.Request.ContentType!.StartsWith("application/x-www-form", StringComparison.Ordinal)
            ? context.Response.WriteAsync("<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Credentials><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken></Credentials></R>")
            : context.Response.WriteAsync($$"""{"Plaintext":"{{s_encoded}}"}"""));
        _environment["AWS_REGION"] = "eu-west-1";

        Read("awskms://id", "sealed");
        Assert.Equal("imds-token", Assert.Single(_service.ReceivedAt("/latest/meta-data/iam/security-credentials/role")).Header("X-aws-ec2-metadata-token"));
        (_environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], _environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) = ("/container", "container-token");
        Read("awskms://id", "sealed");
        Assert.Equal("container-token", Assert.Single(_service.ReceivedAt("/container")).Header("Authorization"));
        (_environment["AWS_WEB_IDENTITY_TOKEN_FILE"], _environment["AWS_ROLE_ARN"]) = (_credentials, "arn:aws:iam::1:role/r");
        Read("awskms://id", "sealed");
        Assert.Contains(_service.ReceivedAt("/"), static r => r.Body == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=gateway&WebIdentityToken=the-token");
        Assert.All(_service.ReceivedAt("/").Where(static r => r.Header("X-Amz-Target") is not null), static r => Assert.Equal("session", r.Header("X-Amz-Security-Token")));
    }

    [Fact]
    public void A_container_address_of_strangers_gets_no_credentials()
    {
        (_environment["AWS_REGION"], _environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]) = ("eu-west-1", "http://evil.example/");

        Assert.Contains("is neither https:// nor an address of this machine", Failure("awskms://id"), StringComparison.Ordinal);
        Assert.Empty(_service.Received);
    }

    [Fact]
    [Spec("AUT-046")]
    public void Google_kms_decrypts_with_a_service_account_or_the_metadata_server()
    {
        using var rsa = Tokens.OtherRsa();
        _service.Answer("/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:decrypt", $$"""{"plaintext":"{{s_encoded}}"}""")
            .Answer("/token", """{"access_token":"of-account"}""")
            .Answer("/computeMetadata/v1/instance/service-accounts/default/token", """{"access_token":"of-machine"}""");

        Read("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k", "sealed");
        Assert.Equal("Bearer of-machine", _service.Received[^1].Header("Authorization"));
        Assert.Equal("""{"ciphertext":"c2VhbGVk"}""", _service.Received[^1].Body);
        File.WriteAllText(_credentials, JsonSerializer.Serialize(new { type = "service_account", client_email = "me@p", private_key = rsa.ExportPkcs8PrivateKeyPem(), token_uri = "https://oauth2.googleapis.com/token" }));
        _environment["GOOGLE_APPLICATION_CREDENTIALS"] = _credentials;
        Read("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k", "sealed");

        Assert.Equal("Bearer of-account", _service.Received[^1].Header("Authorization"));
        var assertion = Uri.UnescapeDataString(Assert.Single(_service.ReceivedAt("/token")).Body.Split("assertion=")[1]);
        var parts = assertion.Split('.');
        Assert.True(rsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(("me@p", "https://oauth2.googleapis.com/token"), (claims.RootElement.GetProperty("iss").GetString(), claims.RootElement.GetProperty("aud").GetString()));
    }

    [Fact]
    [Spec("AUT-046")]
    public void Google_kms_takes_the_credentials_of_a_developer()
    {
        _service.Answer("/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:decrypt", $$"""{"plaintext":"{{s_encoded}}"}""").Answer("/token", """{"access_token":"mine"}""");
        File.WriteAllText(_credentials, """{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}""");
        _environment["GOOGLE_APPLICATION_CREDENTIALS"] = _credentials;

        Read("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k", "sealed");

        Assert.Equal("grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r", _service.ReceivedAt("/token")[0].Body);
        Assert.Equal("Bearer mine", _service.Received[^1].Header("Authorization"));
    }

    [Fact]
    [Spec("AUT-046", "AUT-203")]
    public void Azure_key_vault_decrypts_with_what_the_environment_has_or_the_command_line()
    {
        _service.Answer("/keys/k/v/decrypt", $$"""{"value":"{{Tokens.B(s_passphrase)}}"}""")
            .Answer("/tenant/oauth2/v2.0/token", """{"access_token":"of-secret"}""")
            .Answer("/metadata/identity/oauth2/token", """{"access_token":"of-machine"}""");
        var used = new List<string?>();
        void Ask()
        {
            Read("azurekeyvault://mine.vault.azure.net/keys/k/v", "sealed");
            used.Add(_service.Received[^1].Header("Authorization"));
        }

        Ask();
        Assert.Equal("""{"alg":"RSA-OAEP-256","value":"c2VhbGVk"}""", _service.Received[^1].Body);
        Assert.Equal("/keys/k/v/decrypt?api-version=7.4", _service.Received[^1].Target);
        (_environment["AZURE_TENANT_ID"], _environment["AZURE_CLIENT_ID"], _environment["AZURE_CLIENT_SECRET"]) = ("tenant", "c", "s&");
        Ask();
        Assert.Equal("grant_type=client_credentials&client_id=c&scope=https%3A%2F%2Fvault.azure.net%2F.default&client_secret=s%26", _service.Received[^2].Body);
        _environment["AZURE_KEYVAULT_AUTH_VIA_CLI"] = "true";
        Ask();

        Assert.Equal(["Bearer of-machine", "Bearer of-secret", "Bearer of-az"], used);
    }

    [Theory]
    [InlineData("hashivault://gateway", "hashivault:// takes the address of the server from VAULT_SERVER_URL or VAULT_ADDR, which are not set")]
    [InlineData("awskms://id", "awskms:// takes the region from the key's ARN, ?region=, AWS_REGION or AWS_DEFAULT_REGION; none of them names one")]
    [InlineData("awskms://id?region=../evil", "\"../evil\" is no AWS region")]
    [InlineData("gcpkms://k", "expected gcpkms://projects/…/locations/…/keyRings/…/cryptoKeys/…")]
    [InlineData("hashivault://", "it names no key")]
    [Spec("AUT-026", "AUT-046")]
    public void What_a_service_lacks_is_said(string url, string message) => Assert.Equal("secret_url: " + message, Failure(url));

    [Theory]
    [InlineData(403, """{"errors":["permission denied s.token"]}""", "HashiCorp Vault answered with status 403")]
    [InlineData(400, """{"error":"bad_key","error_description":"s.token"}""", "HashiCorp Vault answered with status 400 (\"bad_key\")")]
    [InlineData(200, "<html>s.token", "HashiCorp Vault answered with something that is no JSON")]
    [InlineData(200, """{"data":{}}""", "HashiCorp Vault answered without \"plaintext\"")]
    [InlineData(200, """{"data":{"plaintext":"%%"}}""", "HashiCorp Vault answered with something that is no base64")]
    [Spec("AUT-026", "AUT-203")]
    public void What_a_service_answers_is_not_repeated_in_errors(int status, string body, string message)
    {
        (_environment["VAULT_ADDR"], _environment["VAULT_TOKEN"]) = (_service.Host, "s.token");
        _service.Answer("/v1/transit/decrypt/gateway", body, status);

        Assert.Equal("secret_url: " + message, Failure("hashivault://gateway"));
    }

    private string Failure(string url) => Assert.Throws<JwkException>(() => Read(url, "sealed")).Message;

    private JwkSet Read(string url, string cipher) => JwkFile.Read(
        new JwkOrigin { JwkLocalPath = _file, SecretUrl = url, CypherKey = Convert.ToBase64String(Encoding.UTF8.GetBytes(cipher)) },
        static _ => { },
        new SecretSurroundings
        {
            Environment = name => _environment.GetValueOrDefault(name),
            Locate = url => new Uri(_service.Host + url.PathAndQuery),
            Run = static (program, arguments) => $"{program} {string.Join(' ', arguments)}" == "az account get-access-token --resource https://vault.azure.net --output json" ? """{"accessToken":"of-az"}""" : "",
            Time = new FixedTime(),
        });

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
