using System.Security.Cryptography;
using System.Text.Json;

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
    private static readonly string[] s_types = ["RSA", "EC", "OKP", "oct"];

    private readonly KeyMaterial _material;
    private readonly JwsVerifier?[] _verifiers = new JwsVerifier?[JwsAlgorithms.Count];
    private readonly JwsSigner?[] _signers = new JwsSigner?[JwsAlgorithms.Count];

    private Jwk(JwkMembers members, Action<string> warn)
    {
        KeyId = members.OptionalText("kid");
        Use = members.OptionalText("use");
        Algorithm = members.OptionalText("alg");
        var operations = members.OptionalTexts("key_ops", 32);
        IsForSignatures = Use != "enc" && (operations is null || operations.Contains("sign") || operations.Contains("verify"));

        var type = members.Text("kty");
        var index = Array.IndexOf(s_types, type);
        if (index < 0)
            throw new JwkException($"\"kty\" is not supported: {JwkMembers.Shown(type)}; expected RSA, EC, OKP or oct");
        Type = (JwkType)index;
        _material = Type switch
        {
            JwkType.Rsa => RsaMaterial.Read(members),
            JwkType.EllipticCurve => EllipticMaterial.Read(members),
            JwkType.OctetKeyPair => OctetKeyPairMaterial.Read(members),
            _ => OctetsMaterial.Read(members, warn),
        };

        var sha1 = JwkCertificates.Thumbprint(members, "x5t", SHA1.HashSizeInBytes);
        var sha256 = JwkCertificates.Thumbprint(members, "x5t#S256", SHA256.HashSizeInBytes);
        JwkCertificates.Check(members, _material, sha1, sha256);
        CertificateSha1 = sha1 is null ? null : sha1.AsMemory();
        CertificateSha256 = sha256 is null ? null : sha256.AsMemory();
    }

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
    public bool IsPrivate => _material.IsPrivate;

    /// <summary>Whether it is meant for signatures: neither <c>use</c> nor <c>key_ops</c> say otherwise.</summary>
    public bool IsForSignatures { get; }

    /// <summary>Reads a key.</summary>
    /// <exception cref="JwkException">It is no key that can be used.</exception>
    public static Jwk Parse(ReadOnlyMemory<byte> utf8) => Parse(utf8, static _ => { });

    internal static Jwk Parse(ReadOnlyMemory<byte> utf8, Action<string> warn)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
        }
        catch (JsonException)
        {
            // The reader's message may quote the text, which may be a secret.
            throw new JwkException("the key is no JSON object in which every member stands once");
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JwkException("the key is no JSON object");
            return new Jwk(new JwkMembers(document.RootElement), warn);
        }
    }

    /// <summary>Why the key cannot be used with an algorithm, or <see langword="null"/>.</summary>
    public string? Misfit(JwsAlgorithm algorithm)
    {
        if (!IsForSignatures)
            return "the key is not for signatures (\"use\", \"key_ops\")";
        return JwsAlgorithms.KeyTypeOf(algorithm) == Type
            ? _material.Misfit(algorithm)
            : $"a key of type {s_types[(int)Type]} does not fit {JwsAlgorithms.NameOf(algorithm)}";
    }

    /// <summary>The verifier of an algorithm, or <see langword="null"/> when the key does not fit it. Asking again costs nothing.</summary>
    public JwsVerifier? Verifier(JwsAlgorithm algorithm)
    {
        if (Volatile.Read(ref _verifiers[(int)algorithm]) is { } verifier)
            return verifier;
        if (Misfit(algorithm) is not null)
            return null;
        verifier = _material.CreateVerifier(algorithm);
        return Interlocked.CompareExchange(ref _verifiers[(int)algorithm], verifier, null) ?? verifier;
    }

    /// <summary>The signer of an algorithm, or <see langword="null"/> when the key does not fit it or has no private half.</summary>
    public JwsSigner? Signer(JwsAlgorithm algorithm)
    {
        if (Volatile.Read(ref _signers[(int)algorithm]) is { } signer)
            return signer;
        if (!IsPrivate || Misfit(algorithm) is not null)
            return null;
        signer = _material.CreateSigner(algorithm);
        return Interlocked.CompareExchange(ref _signers[(int)algorithm], signer, null) ?? signer;
    }
}
