using System.Security.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>ES: R and S side by side, each as long as the curve's field (RFC 7518 section 3.4).</summary>
internal sealed class EcdsaVerifier(JwsAlgorithm algorithm, KeyPool<ECDsa> keys, int fieldLength) : JwsVerifier
{
    private readonly Digest _digest = Digests.Of(algorithm);

    public override JwsAlgorithm Algorithm => algorithm;

    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * fieldLength)
            return false;
        Span<byte> buffer = stackalloc byte[Digests.MaximumBytes];
        var hash = _digest.Hash(signingInput, buffer);
        var key = keys.Rent();
        var isGood = key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        keys.Return(key);
        return isGood;
    }
}

internal sealed class EcdsaSigner(JwsAlgorithm algorithm, KeyPool<ECDsa> keys, int fieldLength) : JwsSigner
{
    private readonly Digest _digest = Digests.Of(algorithm);

    public override JwsAlgorithm Algorithm => algorithm;

    public override int SignatureLength => 2 * fieldLength;

    public override int Sign(ReadOnlySpan<byte> signingInput, Span<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Digests.MaximumBytes];
        var hash = _digest.Hash(signingInput, buffer);
        var key = keys.Rent();
        var isWritten = key.TrySignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out var length);
        keys.Return(key);
        return isWritten ? length : throw new ArgumentException("shorter than SignatureLength", nameof(signature));
    }
}
