using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>A private key of RSA or of an elliptic curve that certificates are made for and signed with.</summary>
internal sealed class SigningKey : IDisposable
{
    private const int GeneratedBits = 2048;
    private const string RsaIdentifier = "1.2.840.113549.1.1.1";
    private const string CurveIdentifier = "1.2.840.10045.2.1";

    private readonly RSA? _rsa;
    private readonly ECDsa? _curve;

    private SigningKey(RSA? rsa, ECDsa? curve) => (_rsa, _curve) = (rsa, curve);

    public static SigningKey Generate() => new(RSA.Create(GeneratedBits), null);

    /// <exception cref="TemplateFunctionException">There is no such key in the text.</exception>
    public static SigningKey Parse(string pem)
    {
        if (!PemText.TryRead(pem, out var label, out var content)) throw new TemplateFunctionException("parsing private key: no PEM data in input");
        try
        {
            switch (label)
            {
                case "RSA PRIVATE KEY":
                    return OfRsa(rsa => rsa.ImportRSAPrivateKey(content, out _));
                case "EC PRIVATE KEY":
                    return OfCurve(curve => curve.ImportECPrivateKey(content, out _));
                case "PRIVATE KEY":
                    return AlgorithmOf(content) switch
                    {
                        RsaIdentifier => OfRsa(rsa => rsa.ImportPkcs8PrivateKey(content, out _)),
                        CurveIdentifier => OfCurve(curve => curve.ImportPkcs8PrivateKey(content, out _)),
                        var other => throw new TemplateFunctionException($"parsing private key: keys of the algorithm {other} cannot be used for certificates; use an RSA or elliptic curve key"),
                    };
                case "DSA PRIVATE KEY":
                    throw new TemplateFunctionException("unable to get public key for type *dsa.PrivateKey; use an RSA or elliptic curve key");
                default:
                    throw new TemplateFunctionException($"parsing private key: invalid private key type {label}");
            }
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new TemplateFunctionException($"parsing private key: {e.Message}", e);
        }
    }

    public X509SignatureGenerator Generator =>
        _rsa is not null ? X509SignatureGenerator.CreateForRSA(_rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa(_curve!);

    public string Pem => _rsa is not null
        ? PemText.Write("RSA PRIVATE KEY", _rsa.ExportRSAPrivateKey())
        : PemText.Write("EC PRIVATE KEY", _curve!.ExportECPrivateKey());

    public CertificateRequest Request(X500DistinguishedName subject) => _rsa is not null
        ? new CertificateRequest(subject, _rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new CertificateRequest(subject, _curve!, HashAlgorithmName.SHA256);

    public void Dispose()
    {
        _rsa?.Dispose();
        _curve?.Dispose();
    }

    private static SigningKey OfRsa(Action<RSA> import)
    {
        var rsa = RSA.Create();
        try
        {
            import(rsa);
            return new SigningKey(rsa, null);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    private static SigningKey OfCurve(Action<ECDsa> import)
    {
        var curve = ECDsa.Create();
        try
        {
            import(curve);
            return new SigningKey(null, curve);
        }
        catch
        {
            curve.Dispose();
            throw;
        }
    }

    private static string AlgorithmOf(byte[] content)
    {
        var key = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
        key.ReadInteger();
        return key.ReadSequence().ReadObjectIdentifier();
    }
}
