using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>EdDSA with Ed25519 (RFC 8037 section 3.1).</summary>
internal sealed class EdDsaVerifier(Ed25519PublicKey key) : JwsVerifier
{
    public override JwsAlgorithm Algorithm => JwsAlgorithm.EdDSA;

    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature) => key.Verify(signingInput, signature);
}

internal sealed class EdDsaSigner(Ed25519PrivateKey key) : JwsSigner
{
    public override JwsAlgorithm Algorithm => JwsAlgorithm.EdDSA;

    public override int SignatureLength => Ed25519PublicKey.SignatureLength;

    public override int Sign(ReadOnlySpan<byte> signingInput, Span<byte> signature)
    {
        key.Sign(signingInput, signature);
        return SignatureLength;
    }
}
