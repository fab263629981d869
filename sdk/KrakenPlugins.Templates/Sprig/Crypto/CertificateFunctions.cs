using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>Certificates with RSA keys of 2048 bits, or with the key given last to the <c>…WithKey</c> forms. Validity counts days.</summary>
internal sealed class CertificateFunctions
{
    private readonly CertificateIssuer _issuer;

    private CertificateFunctions(CertificateIssuer issuer) => _issuer = issuer;

    public static void AddTo(FunctionTable table, TimeProvider time, RandomSource random)
    {
        var functions = new CertificateFunctions(new CertificateIssuer(time, random));
        table.Add("genCA", functions.Authority, Kind.String, Kind.Int);
        table.Add("genCAWithKey", functions.Authority, Kind.String, Kind.Int, Kind.String);
        table.Add("genSelfSignedCert", functions.SelfSigned, Kind.String, Kind.List, Kind.List, Kind.Int);
        table.Add("genSelfSignedCertWithKey", functions.SelfSigned, Kind.String, Kind.List, Kind.List, Kind.Int, Kind.String);
        table.Add("genSignedCert", functions.Signed, Kind.String, Kind.List, Kind.List, Kind.Int, Kind.Any);
        table.Add("genSignedCertWithKey", functions.Signed, Kind.String, Kind.List, Kind.List, Kind.Int, Kind.Any, Kind.String);
        table.Add("buildCustomCert", Build, Kind.String, Kind.String);
    }

    private TemplateValue Authority(ReadOnlySpan<TemplateValue> arguments)
    {
        using var key = KeyOf(arguments, 2);
        var wanted = new CertificateSubject(arguments[0].AsString, TemplateValue.Nil, TemplateValue.Nil, arguments[1].AsInt);
        return TemplateValue.FromObject(_issuer.SelfSign(wanted, key, isAuthority: true));
    }

    private TemplateValue SelfSigned(ReadOnlySpan<TemplateValue> arguments)
    {
        using var key = KeyOf(arguments, 4);
        var wanted = new CertificateSubject(arguments[0].AsString, arguments[1], arguments[2], arguments[3].AsInt);
        return TemplateValue.FromObject(_issuer.SelfSign(wanted, key, isAuthority: false));
    }

    private TemplateValue Signed(ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments[4].Kind != TemplateKind.Object || arguments[4].AsObject is not CertificatePair authority)
            throw new TemplateFunctionException($"wrong type for value; expected sprig.certificate; got {arguments[4].TypeName}");
        using var key = KeyOf(arguments, 5);
        var wanted = new CertificateSubject(arguments[0].AsString, arguments[1], arguments[2], arguments[3].AsInt);
        return TemplateValue.FromObject(_issuer.Sign(wanted, key, authority));
    }

    private static SigningKey KeyOf(ReadOnlySpan<TemplateValue> arguments, int index) =>
        index < arguments.Length ? SigningKey.Parse(arguments[index].AsString) : SigningKey.Generate();

    private static TemplateValue Build(ReadOnlySpan<TemplateValue> arguments)
    {
        var certificate = Decode(arguments[0].AsString, "certificate");
        var key = Decode(arguments[1].AsString, "private key");
        if (!PemText.TryRead(certificate, out var label, out var content) || label != "CERTIFICATE") throw new TemplateFunctionException("unable to decode certificate");
        try
        {
            X509CertificateLoader.LoadCertificate(content).Dispose();
        }
        catch (CryptographicException e)
        {
            throw new TemplateFunctionException($"error parsing certificate: {e.Message}", e);
        }
        SigningKey.Parse(key).Dispose();
        return TemplateValue.FromObject(new CertificatePair(certificate, key));
    }

    private static string Decode(string text, string what)
    {
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length)) return Encoding.UTF8.GetString(bytes, 0, length);
        throw new TemplateFunctionException($"unable to decode base64 {what}");
    }
}
