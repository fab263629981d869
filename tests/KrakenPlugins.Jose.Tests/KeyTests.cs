using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class KeyTests
{
    private static readonly string s_rsa = Tokens.PublicJson(Tokens.PrivateJson(JwsAlgorithm.RS256));

    [Fact]
    [Spec("AUT-029")]
    public void Keys_of_all_types_are_read_and_those_that_cannot_be_used_are_left_out_with_a_warning()
    {
        var warnings = new List<string>();

        var set = Tokens.Set(string.Join(',',
            s_rsa,
            Tokens.PublicJson(Tokens.PrivateJson(JwsAlgorithm.ES256)),
            Tokens.PublicJson(Tokens.PrivateJson(JwsAlgorithm.ES384)),
            Tokens.PublicJson(Tokens.PrivateJson(JwsAlgorithm.ES512)),
            Tokens.PublicJson(Tokens.PrivateJson(JwsAlgorithm.EdDSA)),
            Tokens.PrivateJson(JwsAlgorithm.HS256),
            """{"kty":"EC","kid":"broken","crv":"P-256","x":"AA","y":"AA"}""",
            """{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
            """{"kty":"AKP","alg":"ML-DSA-44"}""",
            "7"), warnings);

        Assert.Equal([JwkType.Rsa, JwkType.EllipticCurve, JwkType.EllipticCurve, JwkType.EllipticCurve, JwkType.OctetKeyPair, JwkType.Octets], set.Keys.Select(static key => key.Type));
        Assert.Equal(4, warnings.Count);
        Assert.Contains("key 6 (\"broken\") is left out: \"x\" has 1 bytes; expected 32", warnings);
        Assert.Contains(warnings, static text => text.Contains("X25519", StringComparison.Ordinal));
        Assert.Contains(warnings, static text => text.Contains("AKP", StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_for_encryption_are_ignored_without_a_word()
    {
        var warnings = new List<string>();

        var set = Tokens.Set($$"""{{s_rsa}},{{s_rsa.Replace("\"kty\"", "\"use\":\"enc\",\"kty\"", StringComparison.Ordinal)}},{"kty":"OKP","crv":"X448","use":"enc"},{{s_rsa.Replace("\"kty\"", "\"key_ops\":[\"encrypt\"],\"kty\"", StringComparison.Ordinal)}}""", warnings);

        Assert.Single(set.Keys);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Two_keys_with_one_name_are_both_kept_and_tried()
    {
        var other = Tokens.PublicJson(Tokens.PrivateJson(JwsAlgorithm.RS256));
        using var rsa = RSA.Create(2048);
        var set = Tokens.Set($"{Tokens.PublicJson(Tokens.RsaJson(rsa.ExportParameters(true)))},{other}");
        var token = new JwsIssuer(Tokens.Private(JwsAlgorithm.RS256).Signer(JwsAlgorithm.RS256)!, "k", "JWT").Compact("{}"u8);

        Assert.Equal(2, set.Keys.Count);
        Assert.True(Tokens.Verify(token, JwsAlgorithm.RS256, set.Keys));
    }

    [Theory]
    [InlineData("{}", "there is no list \"keys\"; expected {\"keys\": [...]}, and no lone key")]
    [InlineData("""{"keys":[]}""", "the list \"keys\" has 0 members; expected 1 to 1000")]
    [InlineData("""{"keys":{}}""", "there is no list \"keys\"; expected {\"keys\": [...]}, and no lone key")]
    [InlineData("[]", "there is no list \"keys\"; expected {\"keys\": [...]}, and no lone key")]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0"}""", "there is no list \"keys\"; expected {\"keys\": [...]}, and no lone key")]
    [InlineData("{\"keys\":[\n}", "the key set is no JSON (line 2, byte 1)")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAA", "a key in PEM form (PKCS#8 or other) is no key set; expected a JSON object with a list \"keys\" of JWKs")]
    [Spec("AUT-028")]
    public void What_is_no_key_set_says_why(string json, string message) =>
        Assert.Equal(message, Assert.Throws<JwkException>(() => JwkSet.Parse(Encoding.UTF8.GetBytes(json), static _ => { })).Message);

    [Fact]
    public void A_set_with_a_byte_order_mark_is_read() =>
        Assert.Single(JwkSet.Parse((byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($$"""{"keys":[{{s_rsa}}]}""")], static _ => { }).Keys);

    [Fact]
    public void Rsa_keys_of_less_than_2048_bits_are_refused()
    {
        using var rsa = RSA.Create(1024);
        using var odd = RSA.Create(2040);

        Assert.Equal("the RSA key has 1024 bits; expected at least 2048", Refusal(Tokens.RsaJson(rsa.ExportParameters(true))));
        Assert.Equal("the RSA key has 2040 bits; expected at least 2048", Refusal(Tokens.RsaJson(odd.ExportParameters(true))));
    }

    [Theory]
    [InlineData("AQ", false)]
    [InlineData("Ag", false)]
    [InlineData("AA", false)]
    [InlineData("AQAAAAAB", false)]
    [InlineData("Aw", true)]
    [InlineData("AAEAAQ", true)]
    public void Exponents_of_rsa_are_odd_above_one_and_short(string exponent, bool isGood)
    {
        var json = s_rsa.Replace("\"AQAB\"", $"\"{exponent}\"", StringComparison.Ordinal);

        Assert.Equal(isGood, Record.Exception(() => Tokens.Key(json)) is null);
    }

    [Theory]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}""", "\"x\" and \"y\" are no point of the curve P-256, or \"d\" is no key of it")]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}""", "\"crv\" of an EC key is not supported: \"secp256k1\"; expected P-256, P-384 or P-521")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "\"x\" is no public key of Ed25519")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"}""", "\"x\" has 31 bytes; expected 32")]
    [InlineData("""{"kty":"oct","k":""}""", "\"k\" is no base64url")]
    [InlineData("""{"kty":"oct"}""", "\"k\" is missing")]
    [InlineData("""{"kty":"oct","k":7}""", "\"k\" is no text")]
    [InlineData("""{"kty":"oct","k":"a b"}""", "\"k\" is no base64url")]
    [InlineData("""{"kty":"oct","k":"AAAA","k":"BBBB"}""", "the key is no JSON object in which every member stands once")]
    [InlineData("""{"k":"AAAA"}""", "\"kty\" is missing")]
    [InlineData("""{"kty":"oct","k":"AAAA","kid":7}""", "\"kid\" is no text")]
    [InlineData("""{"kty":"RSA","n":"AAAA","e":"AQAB"}""", "\"n\" is zero")]
    public void A_key_that_cannot_be_used_says_why(string json, string message) => Assert.Equal(message, Refusal(json));

    [Fact]
    public void A_public_key_or_pem_text_as_shared_secret_is_refused_with_a_clear_word()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var secret in new[]
        {
            Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem()), Encoding.ASCII.GetBytes("\n" + rsa.ExportSubjectPublicKeyInfoPem()), "ssh-rsa AAAA"u8.ToArray(),
            rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey(), rsa.ExportPkcs8PrivateKey(), ec.ExportSubjectPublicKeyInfo(),
        })
            Assert.StartsWith("\"k\" of an oct key holds an RSA, EC or other asymmetric key", Refusal($$"""{"kty":"oct","k":"{{Tokens.B(secret)}}"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_secret_works_with_a_warning_that_does_not_show_it()
    {
        var warnings = new List<string>();

        var set = Tokens.Set("""{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg","kid":"sim1"}""", warnings);

        Assert.NotNull(set.Keys[0].Verifier(JwsAlgorithm.HS256));
        Assert.Equal("key 0 (\"sim1\"): its secret has 16 bytes, fewer than the 32 that HS256 demands (RFC 7518 section 3.2)", Assert.Single(warnings));
    }

    [Fact]
    public void A_public_key_signs_nothing_and_a_private_one_is_checked_against_its_public_half()
    {
        foreach (var algorithm in new[] { JwsAlgorithm.RS256, JwsAlgorithm.ES256, JwsAlgorithm.EdDSA })
        {
            Assert.False(Tokens.Public(algorithm).IsPrivate);
            Assert.Null(Tokens.Public(algorithm).Signer(algorithm));
            Assert.True(Tokens.Private(algorithm).IsPrivate);
        }
        using var rsa = RSA.Create(2048);
        var (own, foreign) = (System.Text.Json.Nodes.JsonNode.Parse(Tokens.PrivateJson(JwsAlgorithm.RS256))!, System.Text.Json.Nodes.JsonNode.Parse(Tokens.RsaJson(rsa.ExportParameters(true)))!);
        own["d"] = foreign["d"]!.GetValue<string>();
        Assert.Equal("the private RSA key does not belong to its public half: \"d\" is no inverse of \"e\"", Refusal(own.ToJsonString()));
        own["p"] = foreign["p"]!.GetValue<string>();
        Assert.Equal("the private RSA key does not belong to its public half: \"p\" times \"q\" is not \"n\"", Refusal(own.ToJsonString()));
        Assert.Equal("the private RSA key has no primes; expected \"p\" and \"q\" beside \"d\"", Refusal(s_rsa.Replace("{", "{\"d\":\"AQAB\",", StringComparison.Ordinal)));
        var ed = System.Text.Json.Nodes.JsonNode.Parse(Tokens.PrivateJson(JwsAlgorithm.EdDSA))!;
        ed["d"] = Tokens.B(new byte[32]);
        Assert.Equal("the private Ed25519 key \"d\" does not belong to its public half \"x\"", Refusal(ed.ToJsonString()));
        var ec = System.Text.Json.Nodes.JsonNode.Parse(Tokens.PrivateJson(JwsAlgorithm.ES256))!;
        ec["d"] = Tokens.B([.. new byte[31], 1]);
        Assert.NotEqual("", Refusal(ec.ToJsonString()));
    }

    [Fact]
    [Spec("AUT-029")]
    public void A_certificate_of_another_key_or_a_wrong_thumbprint_makes_a_key_unusable()
    {
        using var rsa = RSA.Create(2048);
        using var other = RSA.Create(2048);
        var (own, foreign) = (Certificate(rsa), Certificate(other));
        var json = Tokens.PublicJson(Tokens.RsaJson(rsa.ExportParameters(true)));
        var (sha1, sha256) = (Tokens.B(SHA1.HashData(own)), Tokens.B(SHA256.HashData(own)));

        var good = Tokens.Key(With(json, $$"""{"x5c":["{{Convert.ToBase64String(own)}}"],"x5t":"{{sha1}}","x5t#S256":"{{sha256}}","""));
        var hexadecimal = Tokens.Key(With(json, $$"""{"x5t":"{{Tokens.Encode(Convert.ToHexString(SHA1.HashData(own)))}}","""));

        Assert.Equal(sha1, JwkIdentification.X5t.NameOf(good));
        Assert.Equal(sha256, JwkIdentification.X5tS256.NameOf(good));
        Assert.Equal("k" + sha1, JwkIdentification.KidX5t.NameOf(good));
        Assert.Equal(sha1, JwkIdentification.X5t.NameOf(hexadecimal));
        Assert.Equal("the certificate in \"x5c\" is for another key", Refusal(With(json, $$"""{"x5c":["{{Convert.ToBase64String(foreign)}}"],""")));
        Assert.Equal("\"x5t\" is not the SHA-1 of the certificate in \"x5c\"", Refusal(With(json, $$"""{"x5c":["{{Convert.ToBase64String(own)}}"],"x5t":"{{Tokens.B(SHA1.HashData(foreign))}}",""")));
        Assert.Equal("\"x5t#S256\" is not the SHA-256 of the certificate in \"x5c\"", Refusal(With(json, $$"""{"x5c":["{{Convert.ToBase64String(own)}}"],"x5t#S256":"{{Tokens.B(SHA256.HashData(foreign))}}",""")));
        Assert.Equal("\"x5c\" holds something that is no certificate", Refusal(With(json, """{"x5c":["AAAA"],""")));
        Assert.Equal("\"x5t\" has 3 bytes; expected 20", Refusal(With(json, """{"x5t":"AAAA",""")));

        static string With(string json, string members) => members + json[1..];
    }

    private static byte[] Certificate(RSA key) =>
        new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1)).RawData;

    private static string Refusal(string json) => Assert.Throws<JwkException>(() => Tokens.Key(json)).Message;
}
