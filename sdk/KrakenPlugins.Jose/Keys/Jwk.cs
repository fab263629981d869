namespace KrakenPlugins.Jose;

/// <summary>Types of keys (<c>kty</c>).</summary>
public enum JwkType
{
    /// <summary><c>RSA</c>.</summary>
    Rsa,

    /// <summary><c>EC</c>: P-256, P-384 or P-521.</summary>
    EllipticCurve,

    /// <summary><c>OKP</c>: Ed25519.</summary>
    OctetKeyPair,

    /// <summary><c>oct</c>: a shared secret.</summary>
    Octets,
}

/// <summary>A key of a key set (RFC 7517). Immutable; verifiers and signers are made once per key and safe for concurrent use.</summary>
public sealed class Jwk
{
    /// <summary>Type.</summary>
    public JwkType Type { get; }

    /// <summary><c>kid</c>, or <see langword="null"/>.</summary>
    public string? KeyId { get; }

    /// <summary><c>use</c>, or <see langword="null"/>.</summary>
    public string? Use { get; }

    /// <summary><c>alg</c>, or <see langword="null"/>. It decides nothing: the configuration names the algorithm.</summary>
    public string? Algorithm { get; }

    /// <summary>SHA-1 of the certificate (<c>x5t</c>), or <see langword="null"/>.</summary>
    public ReadOnlyMemory<byte>? CertificateSha1 { get; }

    /// <summary>SHA-256 of the certificate (<c>x5t#S256</c>), or <see langword="null"/>.</summary>
    public ReadOnlyMemory<byte>? CertificateSha256 { get; }

    /// <summary>Whether it has the private half, or is a shared secret: it can sign.</summary>
    public bool IsPrivate { get; }

    /// <summary>Whether it is meant for signatures: neither <c>use</c> nor <c>key_ops</c> say otherwise.</summary>
    public bool IsForSignatures { get; }

    /// <summary>Reads a key.</summary>
    /// <exception cref="JwkException">It is no key that can be used.</exception>
    public static Jwk Parse(ReadOnlyMemory<byte> utf8) => throw new NotSupportedException();

    /// <summary>The verifier of an algorithm, or <see langword="null"/> when the key does not fit it.</summary>
    public JwsVerifier? Verifier(JwsAlgorithm algorithm) => throw new NotSupportedException();

    /// <summary>The signer of an algorithm, or <see langword="null"/> when the key does not fit it or has no private half.</summary>
    public JwsSigner? Signer(JwsAlgorithm algorithm) => throw new NotSupportedException();
}
