using System.Security.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>HS (RFC 7518 section 3.2).</summary>
internal sealed class HmacVerifier(JwsAlgorithm algorithm, byte[] secret) : JwsVerifier
{
    private readonly Digest _digest = Digests.Of(algorithm);

    public override JwsAlgorithm Algorithm => algorithm;

    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Digests.MaximumBytes];
        return CryptographicOperations.FixedTimeEquals(_digest.Authenticate(secret, signingInput, buffer), signature);
    }
}

internal sealed class HmacSigner(JwsAlgorithm algorithm, byte[] secret) : JwsSigner
{
    private readonly Digest _digest = Digests.Of(algorithm);

    public override JwsAlgorithm Algorithm => algorithm;

    public override int SignatureLength => _digest.Length();

    public override int Sign(ReadOnlySpan<byte> signingInput, Span<byte> signature) =>
        _digest.Authenticate(secret, signingInput, signature).Length;
}
