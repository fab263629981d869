using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Jose;

namespace KrakenPlugins.JwtValidator.Tests;

/// <summary>A key that signs tokens of a test.</summary>
internal sealed class TestKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly byte[]? _secret;

    private TestKey(string id, string algorithm, RSA? rsa, ECDsa? ecdsa, byte[]? secret)
    {
        Id = id;
        Algorithm = algorithm;
        _rsa = rsa;
        _ecdsa = ecdsa;
        _secret = secret;
    }

    public string Id { get; }

    public string Algorithm { get; }

    public static TestKey Rsa(string id = "k1", string algorithm = "RS256", int bits = 2048) => new(id, algorithm, RSA.Create(bits), null, null);

    public static TestKey Ec(string id = "e1") => new(id, "ES256", null, ECDsa.Create(ECCurve.NamedCurves.nistP256), null);

    public static TestKey Secret(string id, byte[] secret) => new(id, "HS256", null, null, secret);

    /// <summary>The public half as a JWK; of a secret the secret.</summary>
    public string Jwk(string more = "")
    {
        if (_secret is not null)
            return $$"""{"kty":"oct","kid":"{{Id}}","k":"{{Base64Url.EncodeToString(_secret)}}"{{more}}}""";
        if (_ecdsa is not null)
        {
            var point = _ecdsa.ExportParameters(false).Q;
            return $$"""{"kty":"EC","crv":"P-256","kid":"{{Id}}","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"{{more}}}""";
        }
        var key = _rsa!.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{Id}}","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"{{more}}}""";
    }

    /// <summary>The public half in PEM form.</summary>
    public string Pem() => _rsa!.ExportSubjectPublicKeyInfoPem();

    /// <summary>Members that a key with a certificate has, with a comma in front, and the certificate.</summary>
    public (string Members, byte[] Certificate) Certified()
    {
        var request = new CertificateRequest("CN=idp", _rsa!, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var der = certificate.RawData;
        return ($",\"x5c\":[\"{Convert.ToBase64String(der)}\"],\"x5t\":\"{Base64Url.EncodeToString(SHA1.HashData(der))}\",\"x5t#S256\":\"{Base64Url.EncodeToString(SHA256.HashData(der))}\"", der);
    }

    public byte[] Sign(byte[] input) => _secret is not null ? HMACSHA256.HashData(_secret, input)
        : _ecdsa is not null ? _ecdsa.SignData(input, HashAlgorithmName.SHA256)
        : _rsa!.SignData(input, HashAlgorithmName.SHA256, Algorithm.StartsWith('P') ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }
}

/// <summary>Tokens and key sets of tests.</summary>
internal static class Issuer
{
    public static readonly TestKey Key = TestKey.Rsa();
    public static readonly TestKey Other = TestKey.Rsa("k2");

    /// <summary>A key set.</summary>
    public static string Set(params IEnumerable<TestKey> keys) => $$"""{"keys":[{{string.Join(',', keys.Select(static k => k.Jwk()))}}]}""";

    /// <summary>The same, parsed.</summary>
    public static JwkSet Keys(params IEnumerable<TestKey> keys) => JwkSet.Parse(Encoding.UTF8.GetBytes(Set(keys)), static _ => { });

    /// <summary>Seconds since 1970.</summary>
    public static long Now(int offset = 0) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + offset;

    /// <summary>A token of the usual key with these claims.</summary>
    public static string Token(string claims, TestKey? key = null, string? header = null) => Token(Encoding.UTF8.GetBytes(claims), key, header);

    /// <summary>A token of any bytes.</summary>
    public static string Token(byte[] payload, TestKey? key = null, string? header = null)
    {
        key ??= Key;
        header ??= $$"""{"alg":"{{key.Algorithm}}","typ":"JWT","kid":"{{key.Id}}"}""";
        var input = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(payload)}";
        return $"{input}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(input)))}";
    }

    /// <summary>A token that lives for five minutes, with further claims (with final comma).</summary>
    public static string Good(string more = "", TestKey? key = null) => Token($$"""{{{more}}"sub":"ada","exp":{{Now(300)}}}""", key);

    /// <summary>A text as JSON.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text);
}
