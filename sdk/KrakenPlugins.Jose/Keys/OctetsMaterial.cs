using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Jose;

/// <summary>A shared secret (RFC 7518 section 6.4).</summary>
internal sealed class OctetsMaterial : KeyMaterial
{
    private const int WeakBelow = 32;

    private readonly byte[] _secret;

    private OctetsMaterial(byte[] secret) => _secret = secret;

    public override bool IsPrivate => true;

    public static OctetsMaterial Read(JwkMembers members, Action<string> warn)
    {
        var secret = members.Bytes("k");
        // The oldest attack on tokens is a public key taken for a shared secret.
        if (IsAsymmetricKey(secret))
            throw new JwkException("\"k\" of an oct key holds an RSA, EC or other asymmetric key or certificate; expected a random secret, or a key of its own type (\"kty\")");
        if (secret.Length < WeakBelow)
            warn($"its secret has {secret.Length} bytes, fewer than the {WeakBelow} that HS256 demands (RFC 7518 section 3.2)");
        return new OctetsMaterial(secret);
    }

    public override string? Misfit(JwsAlgorithm algorithm) => null;

    public override JwsVerifier CreateVerifier(JwsAlgorithm algorithm) => new HmacVerifier(algorithm, _secret);

    public override JwsSigner CreateSigner(JwsAlgorithm algorithm) => new HmacSigner(algorithm, _secret);

    public override bool IsKeyOf(X509Certificate2 certificate) => false;

    private static bool IsAsymmetricKey(byte[] secret)
    {
        var text = secret.AsSpan().TrimStart(" \t\r\n"u8);
        if (text.StartsWith("-----BEGIN "u8) || text.StartsWith("ssh-"u8) || text.StartsWith("ecdsa-"u8))
            return true;
        // A DER sequence that is exactly as long as the secret.
        if (secret.Length < 32 || secret[0] != 0x30 || !System.Formats.Asn1.AsnDecoder.TryReadEncodedValue(
            secret, System.Formats.Asn1.AsnEncodingRules.DER, out _, out _, out _, out var consumed))
            return false;
        return consumed == secret.Length && (IsKey(static (key, bytes) => key.ImportSubjectPublicKeyInfo(bytes, out _), secret)
            || IsKey(static (key, bytes) => key.ImportPkcs8PrivateKey(bytes, out _), secret)
            || IsKey(static (key, bytes) => ((RSA)key).ImportRSAPublicKey(bytes, out _), secret));
    }

    private static bool IsKey(Action<AsymmetricAlgorithm, byte[]> import, byte[] bytes)
    {
        foreach (var create in (ReadOnlySpan<Func<AsymmetricAlgorithm>>)[static () => RSA.Create(), static () => ECDsa.Create()])
        {
            using var key = create();
            try
            {
                import(key, bytes);
                return true;
            }
            catch (Exception exception) when (exception is CryptographicException or InvalidCastException)
            {
                // Not of this kind.
            }
        }
        return false;
    }
}
