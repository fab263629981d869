using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class AlgorithmTests
{
    public static TheoryData<JwsAlgorithm> All => [.. Enum.GetValues<JwsAlgorithm>().Where(static a => a != JwsAlgorithm.Unknown)];

    [Theory]
    [MemberData(nameof(All))]
    [Spec("AUT-066")]
    public void What_a_private_key_signs_its_public_half_verifies(JwsAlgorithm algorithm)
    {
        var token = new JwsIssuer(Tokens.Private(algorithm).Signer(algorithm)!, "k", "JWT").Compact("""{"sub":"a"}"""u8);

        Assert.True(Tokens.Verify(token, algorithm, Tokens.Public(algorithm)));
        Assert.False(Tokens.Verify(token[..^6] + "AAAAAA", algorithm, Tokens.Public(algorithm)));
    }

    [Theory]
    [MemberData(nameof(All))]
    [Spec("AUT-013")]
    public void A_key_verifies_with_algorithms_of_its_own_type_only(JwsAlgorithm algorithm)
    {
        var key = Tokens.Public(algorithm);
        foreach (var other in Enum.GetValues<JwsAlgorithm>().Where(static a => a != JwsAlgorithm.Unknown))
        {
            var fits = JwsAlgorithms.KeyTypeOf(other) == key.Type && (key.Type != JwkType.EllipticCurve || other == algorithm);
            Assert.Equal(fits, key.Verifier(other) is not null);
            Assert.Equal(fits, key.Misfit(other) is null);
        }
        Assert.Same(key.Verifier(algorithm), key.Verifier(algorithm));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_signature_that_is_cut_or_longer_is_none(JwsAlgorithm algorithm)
    {
        var signer = Tokens.Private(algorithm).Signer(algorithm)!;
        var verifier = Tokens.Public(algorithm).Verifier(algorithm)!;
        var signature = new byte[signer.SignatureLength + 1];
        Assert.Equal(signer.SignatureLength, signer.Sign("input"u8, signature));

        Assert.True(verifier.Verify("input"u8, signature.AsSpan(0, signer.SignatureLength)));
        Assert.False(verifier.Verify("input"u8, signature));
        Assert.False(verifier.Verify("input"u8, signature.AsSpan(0, signer.SignatureLength - 1)));
        Assert.False(verifier.Verify("input"u8, default));
        Assert.False(verifier.Verify("other"u8, signature.AsSpan(0, signer.SignatureLength)));
    }

    [Fact]
    public void An_ecdsa_signature_in_der_form_is_none()
    {
        var key = Tokens.Private(JwsAlgorithm.ES256);
        var members = System.Text.Json.Nodes.JsonNode.Parse(Tokens.PrivateJson(JwsAlgorithm.ES256))!;
        using var platform = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = System.Buffers.Text.Base64Url.DecodeFromChars(members["d"]!.GetValue<string>()) });
        var der = platform.SignData("input"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var plain = platform.SignData("input"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

        Assert.True(key.Verifier(JwsAlgorithm.ES256)!.Verify("input"u8, plain));
        Assert.False(key.Verifier(JwsAlgorithm.ES256)!.Verify("input"u8, der));
    }

    [Fact]
    [Spec("AUT-013")]
    public void A_token_signed_by_hmac_with_the_text_of_a_public_rsa_key_is_refused()
    {
        using var rsa = RSA.Create(2048);
        var set = Tokens.Set(Tokens.PublicJson(Tokens.RsaJson(rsa.ExportParameters(true))));
        foreach (var secret in new[] { Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(rsa.ExportRSAPublicKeyPem()), rsa.ExportSubjectPublicKeyInfo(), rsa.ExportParameters(false).Modulus! })
        {
            var input = $"{Tokens.Encode("""{"alg":"HS256","kid":"k"}""")}.{Tokens.Encode("{}")}";
            var token = $"{input}.{Tokens.B(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)))}";

            Assert.False(Tokens.Verify(token, JwsAlgorithm.RS256, set.Keys));
            Assert.False(Tokens.Verify(token, JwsAlgorithm.HS256, set.Keys));
        }
    }

    // RFC 7515 appendix A.1 and RFC 8037 appendix A.4.
    [Theory]
    [InlineData(JwsAlgorithm.HS256, """{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""",
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
    [InlineData(JwsAlgorithm.ES256, """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")]
    [InlineData(JwsAlgorithm.EdDSA, """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")]
    public void Examples_of_the_rfcs_verify(JwsAlgorithm algorithm, string key, string token) => Assert.True(Tokens.Verify(token, algorithm, Tokens.Key(key)));

    [Fact]
    public void The_flattened_form_holds_the_parts_of_the_compact_one()
    {
        var issuer = new JwsIssuer(Tokens.Shared.Signer(JwsAlgorithm.HS256)!, "k", "JWT");

        var parts = issuer.Compact("""{"a":1}"""u8).Split('.');

        Assert.Equal($$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}""", issuer.Flattened("""{"a":1}"""u8));
        Assert.Equal(Tokens.Encode("""{"alg":"HS256","kid":"k","typ":"JWT"}"""), parts[0]);
    }

    [Fact]
    public async Task One_verifier_and_one_signer_serve_many_threads()
    {
        foreach (var algorithm in new[] { JwsAlgorithm.RS256, JwsAlgorithm.PS256, JwsAlgorithm.ES256, JwsAlgorithm.EdDSA, JwsAlgorithm.HS256 })
        {
            var signer = Tokens.Private(algorithm).Signer(algorithm)!;
            var verifier = Tokens.Public(algorithm).Verifier(algorithm)!;
            var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            {
                var input = Encoding.ASCII.GetBytes($"input of {thread}");
                var signature = new byte[signer.SignatureLength];
                for (var i = 0; i < 10; i++)
                {
                    signer.Sign(input, signature);
                    if (!verifier.Verify(input, signature))
                        return false;
                    signature[^1] ^= 1;
                    if (verifier.Verify(input, signature))
                        return false;
                }
                return true;
            })));
            Assert.All(results, Assert.True);
        }
    }
}
