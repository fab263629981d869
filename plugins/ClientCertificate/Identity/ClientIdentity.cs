using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.ClientCertificate.Identity;

/// <summary>Who a verified certificate names. Every text is printable ASCII on one line; what is not is escaped.</summary>
internal sealed class ClientIdentity
{
    private const string AlternativeNames = "2.5.29.17";

    /// <summary>The subject (RFC 4514).</summary>
    public required string Subject { get; init; }

    /// <summary>The common name of the subject; empty when there is none or more than one.</summary>
    public required string CommonName { get; init; }

    /// <summary>The issuer (RFC 4514).</summary>
    public required string Issuer { get; init; }

    /// <summary>The serial number in lower-case hexadecimal digits.</summary>
    public required string Serial { get; init; }

    /// <summary>SHA-256 of the certificate in lower-case hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The end of validity (RFC 3339, UTC).</summary>
    public required string NotAfter { get; init; }

    /// <summary>The alternative names.</summary>
    public required AlternativeNames Names { get; init; }

    /// <summary>The identity of a certificate; <see langword="null"/> when it cannot be read without doubt.</summary>
    public static ClientIdentity? Of(X509Certificate2 certificate)
    {
        try
        {
            var subject = DistinguishedName.Read(certificate.SubjectName.RawData);
            return new()
            {
                Subject = subject.ToString(),
                CommonName = subject.CommonName,
                Issuer = DistinguishedName.Read(certificate.IssuerName.RawData).ToString(),
                Serial = certificate.SerialNumber.ToLowerInvariant(),
                Fingerprint = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)),
                NotAfter = certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                Names = Identity.AlternativeNames.Read(certificate.Extensions.FirstOrDefault(static e => e.Oid?.Value == AlternativeNames)?.RawData),
            };
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return null;
        }
    }
}
