using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Jose;

/// <summary>EC on the three NIST curves (RFC 7518 section 6.2).</summary>
internal sealed class EllipticMaterial : KeyMaterial
{
    private readonly ECParameters _public;
    private readonly ECParameters? _private;
    private readonly KeyPool<ECDsa> _verifying;
    private readonly JwsAlgorithm _algorithm;
    private readonly int _fieldLength;

    private EllipticMaterial(JwsAlgorithm algorithm, int fieldLength, ECParameters publicHalf, ECParameters? privateHalf)
    {
        _algorithm = algorithm;
        _fieldLength = fieldLength;
        _public = publicHalf;
        _private = privateHalf;
        _verifying = new KeyPool<ECDsa>(() => ECDsa.Create(_public));
    }

    public override bool IsPrivate => _private is not null;

    public static EllipticMaterial Read(JwkMembers members)
    {
        var name = members.Text("crv");
        var (algorithm, curve, length) = name switch
        {
            "P-256" => (JwsAlgorithm.ES256, ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (JwsAlgorithm.ES384, ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (JwsAlgorithm.ES512, ECCurve.NamedCurves.nistP521, 66),
            _ => throw new JwkException($"\"crv\" of an EC key is not supported: {JwkMembers.Shown(name)}; expected P-256, P-384 or P-521"),
        };
        var publicHalf = new ECParameters { Curve = curve, Q = new ECPoint { X = members.Bytes("x", length), Y = members.Bytes("y", length) } };
        var privateHalf = publicHalf;
        if (members.Has("d"))
            privateHalf.D = members.Bytes("d", length);
        try
        {
            var material = new EllipticMaterial(algorithm, length, publicHalf, members.Has("d") ? privateHalf : null);
            material.CheckHalves();
            return material;
        }
        catch (CryptographicException)
        {
            // The platform's words would not say which member it is.
            throw new JwkException($"\"x\" and \"y\" are no point of the curve {name}, or \"d\" is no key of it");
        }
    }

    public override string? Misfit(JwsAlgorithm algorithm) =>
        algorithm == _algorithm ? null : $"the key's curve fits {JwsAlgorithms.NameOf(_algorithm)}, not {JwsAlgorithms.NameOf(algorithm)}";

    public override JwsVerifier CreateVerifier(JwsAlgorithm algorithm) => new EcdsaVerifier(algorithm, _verifying, _fieldLength);

    public override JwsSigner CreateSigner(JwsAlgorithm algorithm)
    {
        var parameters = _private!.Value;
        return new EcdsaSigner(algorithm, new KeyPool<ECDsa>(() => ECDsa.Create(parameters)), _fieldLength);
    }

    public override bool IsKeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey();
        if (key is null)
            return false;
        var point = key.ExportParameters(false).Q;
        return point.X.AsSpan().SequenceEqual(_public.Q.X) && point.Y.AsSpan().SequenceEqual(_public.Q.Y);
    }

    private void CheckHalves()
    {
        if (_private is null)
            return;
        var signer = CreateSigner(_algorithm);
        var signature = new byte[signer.SignatureLength];
        signer.Sign(signature: signature, signingInput: "halves"u8);
        if (!CreateVerifier(_algorithm).Verify("halves"u8, signature))
            throw new JwkException("the private EC key \"d\" does not belong to its public half");
    }
}
