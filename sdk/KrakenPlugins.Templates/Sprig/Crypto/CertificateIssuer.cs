using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>Whom a certificate is for: common name, lists of addresses and host names, days of validity.</summary>
internal sealed record CertificateSubject(string CommonName, TemplateValue Addresses, TemplateValue HostNames, long Days);

/// <summary>Makes certificates for servers and clients.</summary>
internal sealed class CertificateIssuer(TimeProvider time, RandomSource random)
{
    private const int SerialBytes = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public CertificatePair SelfSign(CertificateSubject subject, SigningKey key, bool isAuthority)
    {
        var name = NameOf(subject.CommonName);
        var request = Request(subject, key, name, isAuthority);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return Issue(request, subject, key, name, key.Generator);
    }

    public CertificatePair Sign(CertificateSubject subject, SigningKey key, CertificatePair authority)
    {
        if (!PemText.TryRead(authority.Certificate, out _, out var content)) throw new TemplateFunctionException("unable to decode certificate");
        using var issuer = X509CertificateLoader.LoadCertificate(content);
        using var issuerKey = SigningKey.Parse(authority.Key);
        var request = Request(subject, key, NameOf(subject.CommonName), isAuthority: false);
        foreach (var extension in issuer.Extensions)
            if (extension is X509SubjectKeyIdentifierExtension identifier)
                request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        return Issue(request, subject, key, issuer.SubjectName, issuerKey.Generator);
    }

    private static X500DistinguishedName NameOf(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        if (commonName.Length > 0) builder.AddCommonName(commonName);
        return builder.Build();
    }

    private static CertificateRequest Request(CertificateSubject subject, SigningKey key, X500DistinguishedName name, bool isAuthority)
    {
        var request = key.Request(name);
        var usage = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature;
        if (isAuthority) usage |= X509KeyUsageFlags.KeyCertSign;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        if (AlternativeNames(subject) is { } names) request.CertificateExtensions.Add(names);
        return request;
    }

    private static X509Extension? AlternativeNames(CertificateSubject subject)
    {
        var builder = new SubjectAlternativeNameBuilder();
        var hasAny = false;
        foreach (var name in Texts(subject.HostNames, "alternate DNS name"))
        {
            builder.AddDnsName(name);
            hasAny = true;
        }
        foreach (var text in Texts(subject.Addresses, "ip"))
        {
            if (!IPAddress.TryParse(text, out var address)) throw new TemplateFunctionException($"error parsing ip: {text}");
            builder.AddIpAddress(address);
            hasAny = true;
        }
        return hasAny ? builder.Build() : null;
    }

    private static List<string> Texts(TemplateValue list, string what)
    {
        var texts = new List<string>();
        if (list.IsNothing) return texts;
        for (var i = 0; i < list.AsList.Count; i++)
        {
            var value = list.AsList[i];
            if (value.Kind != TemplateKind.String) throw new TemplateFunctionException($"error parsing {what}: {GoFormat.Print(value)} is not a string");
            texts.Add(value.AsString);
        }
        return texts;
    }

    private CertificatePair Issue(CertificateRequest request, CertificateSubject subject, SigningKey key, X500DistinguishedName issuer, X509SignatureGenerator generator)
    {
        var from = time.GetUtcNow();
        var longest = (DateTimeOffset.MaxValue - from).Days - 1;
        if (subject.Days < 0 || subject.Days > longest) throw new TemplateFunctionException($"a certificate can be valid for 0 to {longest} days");
        var serial = new byte[SerialBytes];
        random.Fill(serial);
        // A serial number is positive and has no leading zeros.
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        using var certificate = request.Create(issuer, generator, from, from.AddDays(subject.Days), serial);
        return new CertificatePair(PemText.Write("CERTIFICATE", certificate.RawData), key.Pem);
    }
}
