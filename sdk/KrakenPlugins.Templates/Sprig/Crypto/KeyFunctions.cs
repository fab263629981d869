using System.Formats.Asn1;
using System.Security.Cryptography;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>Private keys as PEM text.</summary>
internal static class KeyFunctions
{
    private const int RsaBits = 4096;
    private const int DsaBits = 2048;
    private const int Ed25519Bytes = 32;
    private const string Ed25519 = "1.3.101.112";

    public static void AddTo(FunctionTable table, RandomSource random) =>
        table.Add("genPrivateKey", a => TemplateValue.From(Generate(a[0].AsString, random)), Kind.String);

    private static string Generate(string type, RandomSource random)
    {
        switch (type)
        {
            case "" or "rsa":
                using (var rsa = RSA.Create(RsaBits)) return PemText.Write("RSA PRIVATE KEY", rsa.ExportRSAPrivateKey());
            case "ecdsa":
                using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256)) return PemText.Write("EC PRIVATE KEY", ecdsa.ExportECPrivateKey());
            case "dsa":
                return GenerateDsa();
            case "ed25519":
                return PemText.Write("PRIVATE KEY", GenerateEd25519(random));
            default:
                return "Unknown type " + type;
        }
    }

    // The error is the value: Sprig has it so. Some platforms make no DSA keys of this length.
    private static string GenerateDsa()
    {
        try
        {
            using var dsa = DSA.Create(DsaBits);
            return PemText.Write("DSA PRIVATE KEY", DsaKey(dsa.ExportParameters(includePrivateParameters: true)));
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return $"failed to generate private key: {e.Message}";
        }
    }

    private static byte[] DsaKey(DSAParameters key)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            foreach (var number in (ReadOnlySpan<byte[]?>)[key.P, key.Q, key.G, key.Y, key.X]) writer.WriteIntegerUnsigned(number);
        }
        return writer.Encode();
    }

    // RFC 8410: the private key is 32 random bytes.
    private static byte[] GenerateEd25519(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[Ed25519Bytes];
        random.Fill(seed);
        var key = new AsnWriter(AsnEncodingRules.DER);
        key.WriteOctetString(seed);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence()) writer.WriteObjectIdentifier(Ed25519);
            writer.WriteOctetString(key.Encode());
        }
        return writer.Encode();
    }
}
