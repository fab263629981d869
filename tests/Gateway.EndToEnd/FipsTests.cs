using System.Net;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary><c>GODEBUG=fips140=…</c> with the real process, on a machine without a validated module.</summary>
public sealed class FipsTests : IDisposable
{
    private const string Plain = """{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"}]}]}""";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Spec("SEC-055", "SEC-056")]
    [InlineData("fips140=on")]
    [InlineData("fips140=only")]
    [InlineData("gctrace=1, fips140=on ,madvdontneed=1")]
    public async Task Without_a_validated_module_nothing_is_served(string variable)
    {
        var run = await RunAsync(variable, "run", "-c", _folder.Write("krakend.json", Plain));

        Assert.Equal(1, run.Status);
        Assert.Contains("ERROR GODEBUG=fips140=on", run.Error, StringComparison.Ordinal);
        Assert.Contains("this machine has no validated module in use; OpenSSL's FIPS provider must be installed and active", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("SEC-055", "SEC-260")]
    [InlineData("a=b,fips140=")]
    public async Task A_mode_that_does_not_exist_is_never_taken_for_off(string variable)
    {
        var run = await RunAsync(variable, "run", "-c", _folder.Write("krakend.json", Plain));

        Assert.Equal(1, run.Status);
        Assert.Contains("is no mode; expected off, on or only", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("SEC-055")]
    [InlineData("fips140=on,fips140=off", 1)]
    [InlineData("http2client=0,fips140x=on", 0)]
    public async Task Off_changes_nothing_and_is_said_in_one_line_where_it_is_asked_for(string variable, int lines)
    {
        var file = _folder.Write("krakend.json", Plain);
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file], new Dictionary<string, string> { ["GODEBUG"] = variable });

        using var response = await gateway.Client.GetAsync("/__health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(lines, gateway.Out.Split('\n').Count(static l => l.Contains("[SERVICE: FIPS 140-3] Mode off: any algorithm of the platform", StringComparison.Ordinal)));
    }

    [Theory, Spec("SEC-057", "SEC-261")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"},{"host":["http://a"],"url_pattern":"/","extra_config":{"auth/ntlm":{"user":"u","password":"s3cret-pw"} } }]}]}""", "endpoints[0].backend[1].extra_config.auth/ntlm: not allowed under GODEBUG=fips140=only: NTLM is built on MD4 and MD5")]
    [InlineData("""{"version":3,"extra_config":{"auth/api-keys":{"hash":"fnv128","keys":[{"key":"e0f7fce642685956791e58b835e26786"}]} },"endpoints":[]}""", "extra_config.auth/api-keys.hash: not allowed under GODEBUG=fips140=only: hashes of fnv128 and sha1 are not approved")]
    [InlineData("""{"version":3,"extra_config":{"auth/api-keys":{"hash":"sha1","keys":[]} },"endpoints":[]}""", "extra_config.auth/api-keys.hash: not allowed")]
    [InlineData("""{"version":3,"extra_config":{"auth/basic":{"users":{} } },"endpoints":[]}""", "extra_config.auth/basic: not allowed under GODEBUG=fips140=only: passwords are hashed with bcrypt")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","extra_config":{"auth/basic":{"users":{} } },"backend":[{"host":["http://a"],"url_pattern":"/"}]}]}""", "endpoints[0].extra_config.auth/basic: not allowed")]
    [InlineData("""{"version":3,"extra_config":{"plugin/http-server":{"name":["basic-auth"],"basic-auth":{"endpoints":[],"users":{} } } },"endpoints":[]}""", "extra_config.plugin/http-server.name: not allowed under GODEBUG=fips140=only: basic-auth hashes passwords with bcrypt")]
    [InlineData("""{"version":3,"tls":{"keys":[{"public_key":"none.pem","private_key":"none.key"}],"min_version":"TLS11"},"endpoints":[]}""", "tls.min_version: not allowed under GODEBUG=fips140=only: TLS11 is older than TLS 1.2")]
    [InlineData("""{"version":3,"client_tls":{"cipher_suites":[4865,4867]},"endpoints":[]}""", "client_tls.cipher_suites[1]: not allowed under GODEBUG=fips140=only: the cipher suite 4867 (TLS_CHACHA20_POLY1305_SHA256) is not approved")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["https://a"],"url_pattern":"/","extra_config":{"backend/http/client":{"client_tls":{"min_version":"TLS10"} } } }]}]}""", "endpoints[0].backend[0].extra_config.backend/http/client.client_tls.min_version: not allowed")]
    [InlineData("""{"version":3,"extra_config":{"auth/revoker":{"N":1000,"P":0.001,"hash_name":"default","TTL":600,"port":1234,"token_keys":["jti"]} },"endpoints":[]}""", "extra_config.auth/revoker.hash_name: not allowed under GODEBUG=fips140=only: \"default\" is built on MD5 and SHA-1")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"auth/validator":{"alg":"RS256","jwk_local_path":"k","secret_url":"base64key://s3cret-pw","cypher_key":"s3cret-pw"} } }]}""", "endpoints[0].extra_config.auth/validator.secret_url: not allowed under GODEBUG=fips140=only: an encrypted key file")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"auth/validator":{"alg":"RS256","issuers":[{"issuer":"i","jwk_url":"https://i"},{"issuer":"j","jwk_local_path":"k","secret_url":"base64key://s3cret-pw","cypher_key":"s3cret-pw"}]} } }]}""", "endpoints[0].extra_config.auth/validator.issuers: not allowed under GODEBUG=fips140=only: an encrypted key file")]
    [InlineData("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"auth/signer":{"alg":"EdDSA","kid":"k","keys_to_sign":["t"],"jwk_local_path":"k"} } }]}""", "endpoints[0].extra_config.auth/signer.alg: not allowed under GODEBUG=fips140=only: Ed25519")]
    public async Task Under_only_what_needs_other_algorithms_is_refused_with_its_place(string json, string finding)
    {
        var file = _folder.Write("krakend.json", json);

        var check = await RunAsync("fips140=only", "check", "-c", file);

        Assert.NotEqual(0, check.Status);
        Assert.Contains(finding, check.Error + check.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-pw", check.Error + check.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("SEC-057")]
    public async Task Under_only_a_short_rsa_key_is_refused()
    {
        using var key = System.Security.Cryptography.RSA.Create(1024);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=a", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (pem, pkcs) = (_folder.Write("a.pem", certificate.ExportCertificatePem()), _folder.Write("a.key", key.ExportPkcs8PrivateKeyPem()));

        var check = await RunAsync("fips140=only", "check", "-c", _folder.Write("krakend.json", $$"""{"version":3,"tls":{"keys":[{"public_key":"{{pem}}","private_key":"{{pkcs}}"}]},"endpoints":[]}"""));

        Assert.NotEqual(0, check.Status);
        Assert.Contains("tls.keys[0].public_key: not allowed under GODEBUG=fips140=only: the RSA key of", check.Error + check.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("SEC-058")]
    [InlineData("""{"version":3,"tls":{"keys":[{"public_key":"a.pem","private_key":"a.key"}],"min_version":"TLS13","curve_preferences":[23,24,25],"cipher_suites":[4865,4866]},"endpoints":[]}""")]
    [InlineData("""{"version":3,"tls":{"keys":[{"public_key":"a.pem","private_key":"a.key"}],"min_version":"TLS12","cipher_suites":[49195,49199]},"client_tls":{"min_version":"TLS12"},"endpoints":[]}""")]
    [InlineData("""{"version":3,"extra_config":{"auth/api-keys":{"hash":"sha256","keys":[]} },"endpoints":[]}""")]
    [InlineData("""{"version":3,"extra_config":{"auth/revoker":{"N":1000,"P":0.001,"hash_name":"optimal","TTL":600,"port":1234,"token_keys":["jti"]} },"endpoints":[]}""")]
    [InlineData("""{"version":3,"extra_config":{"auth/api-keys":{"hash":"sha256","keys":[{"key":"2ad27678dd4fdf811ffe7f9c77801ab66e2cc62d08abb393451ddda48c1eba3f","roles":["r"]}]},"auth/revoker":{"N":1000,"P":0.01,"hash_name":"optimal","TTL":60,"port":1234,"token_keys":["jti"]} },"endpoints":[{"endpoint":"/a","backend":[{"host":["http://a"],"url_pattern":"/"}],"extra_config":{"auth/validator":{"alg":"PS256","jwk_url":"https://i"} } }]}""")]
    [InlineData(Plain)]
    public async Task Under_only_approved_settings_are_accepted(string json)
    {
        using var certificate = TestAuthority.SelfSigned(new TestCertificate());
        _folder.Write("a.pem", certificate.ExportCertificatePem());
        _folder.Write("a.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        var check = await Executable.RunInAsync(_folder.Path, new Dictionary<string, string> { ["GODEBUG"] = "fips140=only" }, "check", "-c", _folder.Write("krakend.json", json));

        Assert.DoesNotContain("not allowed under", check.Error + check.Out, StringComparison.Ordinal);
        Assert.Equal(0, check.Status);
    }

    private static Task<Finished> RunAsync(string variable, params string[] args) =>
        Executable.RunInAsync(null, new Dictionary<string, string> { ["GODEBUG"] = variable }, args);
}
