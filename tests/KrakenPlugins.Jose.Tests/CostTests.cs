using System.Security.Cryptography;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class CostTests
{
    private const int Calls = 100;

    // What the platform may take itself: enough for a few small arrays per call.
    private const int PlatformBytes = 2_000 * Calls;

    [Fact]
    public void Reading_a_token_allocates_nothing()
    {
        var text = Tokens.Hs256("""{"alg":"HS256","kid":"k","typ":"JWT"}""");
        var (buffer, name) = (new byte[JwsToken.BufferSize(text.Length)], new byte[JwkIdentifications.MaximumNameBytes]);

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < Calls; i++)
            {
                JwsToken.Read(text, buffer, out var token);
                JwkIdentification.Kid.Write(token, name, out _);
            }
        }));
    }

    [Theory]
    [InlineData(JwsAlgorithm.HS256)]
    [InlineData(JwsAlgorithm.EdDSA)]
    public void Verifying_in_managed_code_and_by_hmac_allocates_nothing(JwsAlgorithm algorithm)
    {
        var (verifier, signature) = Signed(algorithm);

        Assert.Equal(0, Allocations.Least(0, () => Verify(verifier, signature)));
    }

    [Fact]
    public void Verifying_by_rsa_and_ecdsa_allocates_what_the_platform_allocates()
    {
        using var rsa = Tokens.OtherRsa();
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var hash = SHA256.HashData("input"u8);
        var (rsaSignature, ecSignature) = (rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), ec.SignHash(hash));
        var ofRsa = Allocations.Least(PlatformBytes, () => Repeat(() => rsa.VerifyHash(hash.AsSpan(), rsaSignature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        var ofEc = Allocations.Least(PlatformBytes, () => Repeat(() => ec.VerifyHash(hash.AsSpan(), ecSignature)));

        foreach (var (algorithm, limit) in new[] { (JwsAlgorithm.RS256, ofRsa), (JwsAlgorithm.ES256, ofEc) })
        {
            var (verifier, signature) = Signed(algorithm);
            Assert.InRange(Allocations.Least(limit, () => Verify(verifier, signature)), 0, limit);
        }
    }

    private static (JwsVerifier, byte[]) Signed(JwsAlgorithm algorithm)
    {
        var signer = Tokens.Private(algorithm).Signer(algorithm)!;
        var signature = new byte[signer.SignatureLength];
        signer.Sign("input"u8, signature);
        return (Tokens.Public(algorithm).Verifier(algorithm)!, signature);
    }

    private static void Verify(JwsVerifier verifier, byte[] signature)
    {
        for (var i = 0; i < Calls; i++)
            verifier.Verify("input"u8, signature);
    }

    private static void Repeat(Func<bool> call)
    {
        for (var i = 0; i < Calls; i++)
            call();
    }
}
