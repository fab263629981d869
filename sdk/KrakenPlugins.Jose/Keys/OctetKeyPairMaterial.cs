using System.Security.Cryptography.X509Certificates;
using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>Ed25519 (RFC 8037 section 2).</summary>
internal sealed class OctetKeyPairMaterial : KeyMaterial
{
    private readonly byte[] _public;
    private readonly EdDsaVerifier _verifier;
    private readonly EdDsaSigner? _signer;

    private OctetKeyPairMaterial(byte[] publicHalf, Ed25519PublicKey key, Ed25519PrivateKey? privateHalf)
    {
        _public = publicHalf;
        _verifier = new EdDsaVerifier(key);
        _signer = privateHalf is null ? null : new EdDsaSigner(privateHalf);
    }

    public override bool IsPrivate => _signer is not null;

    public static OctetKeyPairMaterial Read(JwkMembers members)
    {
        var curve = members.Text("crv");
        if (curve != "Ed25519")
            throw new JwkException($"\"crv\" of an OKP key is not supported: {JwkMembers.Shown(curve)}; expected Ed25519");
        var publicHalf = members.Bytes("x", Ed25519PublicKey.Length);
        if (!Ed25519PublicKey.TryCreate(publicHalf, out var key))
            throw new JwkException("\"x\" is no public key of Ed25519");
        if (!members.Has("d"))
            return new OctetKeyPairMaterial(publicHalf, key, null);
        var privateHalf = new Ed25519PrivateKey(members.Bytes("d", Ed25519PrivateKey.Length));
        if (!privateHalf.PublicKey.SequenceEqual(publicHalf))
            throw new JwkException("the private Ed25519 key \"d\" does not belong to its public half \"x\"");
        return new OctetKeyPairMaterial(publicHalf, key, privateHalf);
    }

    public override string? Misfit(JwsAlgorithm algorithm) => null;

    public override JwsVerifier CreateVerifier(JwsAlgorithm algorithm) => _verifier;

    public override JwsSigner CreateSigner(JwsAlgorithm algorithm) => _signer!;

    public override bool IsKeyOf(X509Certificate2 certificate) =>
        certificate.PublicKey.Oid.Value == "1.3.101.112" && certificate.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(_public);
}
