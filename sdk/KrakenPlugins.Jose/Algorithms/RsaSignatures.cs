using System.Security.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>RS and PS (RFC 7518 sections 3.3 and 3.5).</summary>
internal sealed class RsaVerifier(JwsAlgorithm algorithm, KeyPool<RSA> keys, int modulusLength) : JwsVerifier
{
    private readonly Digest _digest = Digests.Of(algorithm);
    private readonly HashAlgorithmName _hashName = Digests.Of(algorithm).Name();
    private readonly RSASignaturePadding _padding = RsaPaddings.Of(algorithm);

    public override JwsAlgorithm Algorithm => algorithm;

    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != modulusLength)
            return false;
        Span<byte> buffer = stackalloc byte[Digests.MaximumBytes];
        var hash = _digest.Hash(signingInput, buffer);
        var key = keys.Rent();
        var isGood = key.VerifyHash(hash, signature, _hashName, _padding);
        keys.Return(key);
        return isGood;
    }
}

internal sealed class RsaSigner(JwsAlgorithm algorithm, KeyPool<RSA> keys, int modulusLength) : JwsSigner
{
    private readonly Digest _digest = Digests.Of(algorithm);
    private readonly HashAlgorithmName _hashName = Digests.Of(algorithm).Name();
    private readonly RSASignaturePadding _padding = RsaPaddings.Of(algorithm);

    public override JwsAlgorithm Algorithm => algorithm;

    public override int SignatureLength => modulusLength;

    public override int Sign(ReadOnlySpan<byte> signingInput, Span<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[Digests.MaximumBytes];
        var hash = _digest.Hash(signingInput, buffer);
        var key = keys.Rent();
        var length = key.SignHash(hash, signature, _hashName, _padding);
        keys.Return(key);
        return length;
    }
}

internal static class RsaPaddings
{
    public static RSASignaturePadding Of(JwsAlgorithm algorithm) =>
        algorithm >= JwsAlgorithm.PS256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
}
