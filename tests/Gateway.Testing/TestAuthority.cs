using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Testing;

/// <summary>What a certificate made for a test is like.</summary>
public sealed record TestCertificate
{
    /// <summary>Common name.</summary>
    public string Name { get; init; } = "localhost";

    /// <summary>Names of hosts; those that are addresses are written as such. None for a certificate without alternative names.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = ["localhost", "127.0.0.1"];

    /// <summary>Object identifiers of the extended key usage; none for no such extension.</summary>
    public IReadOnlyList<string> Purposes { get; init; } = [];

    /// <summary>When it begins, counted from now.</summary>
    public TimeSpan From { get; init; } = TimeSpan.FromDays(-1);

    /// <summary>When it ends, counted from now.</summary>
    public TimeSpan To { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether it has an RSA key instead of one on P-256.</summary>
    public bool IsRsa { get; init; }

    /// <summary>Whether it may sign others.</summary>
    public bool IsAuthority { get; init; }
}

/// <summary>A certificate authority of a test, and what it signs. Not trusted by the system.</summary>
public sealed class TestAuthority : IDisposable
{
    /// <summary>Object identifier for servers.</summary>
    public const string ForServers = "1.3.6.1.5.5.7.3.1";

    /// <summary>Object identifier for clients.</summary>
    public const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly List<X509Certificate2> _made = [];

    /// <summary>An authority that signed itself.</summary>
    public TestAuthority(string name = "Test Authority") => Certificate = SelfSigned(new TestCertificate { Name = name, Hosts = [], IsAuthority = true });

    private TestAuthority(X509Certificate2 certificate) => Certificate = certificate;

    /// <summary>The authority's own certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The authority's certificate in PEM form.</summary>
    public string Pem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>A certificate that this authority signs, with its key.</summary>
    public X509Certificate2 Issue(TestCertificate wanted)
    {
        using var key = NewKey(wanted);
        var request = Request(wanted, key);
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        var generator = X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!);
        var now = DateTimeOffset.UtcNow;
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var bare = request.Create(Certificate.SubjectName, generator, now + wanted.From, now + wanted.To, serial);
        return Keep(WithKey(bare, key));
    }

    /// <summary>An authority that this one signs.</summary>
    public TestAuthority IssueAuthority(string name) => new(Issue(new TestCertificate { Name = name, Hosts = [], IsAuthority = true }));

    /// <summary>A certificate that signs itself. Dispose it.</summary>
    public static X509Certificate2 SelfSigned(TestCertificate wanted)
    {
        using var key = NewKey(wanted);
        var now = DateTimeOffset.UtcNow;
        using var bare = Request(wanted, key).CreateSelfSigned(now + wanted.From, now + wanted.To);
        return Reload(bare);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _made.ForEach(static certificate => certificate.Dispose());
    }

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        _made.Add(certificate);
        return certificate;
    }

    private static AsymmetricAlgorithm NewKey(TestCertificate wanted) =>
        wanted.IsRsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static X509Certificate2 WithKey(X509Certificate2 bare, AsymmetricAlgorithm key)
    {
        using var whole = key is RSA rsa ? bare.CopyWithPrivateKey(rsa) : bare.CopyWithPrivateKey((ECDsa)key);
        return Reload(whole);
    }

    private static X509Certificate2 Reload(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);

    private static CertificateRequest Request(TestCertificate wanted, AsymmetricAlgorithm key)
    {
        var subject = new X500DistinguishedName($"CN={wanted.Name}");
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(wanted.IsAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (wanted.Hosts.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in wanted.Hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                    names.AddIpAddress(address);
                else
                    names.AddDnsName(host);
            }
            request.CertificateExtensions.Add(names.Build());
        }
        if (wanted.Purposes.Count > 0)
        {
            var purposes = new OidCollection();
            foreach (var purpose in wanted.Purposes)
                purposes.Add(new Oid(purpose));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        }
        return request;
    }
}

/// <summary>A folder of PEM files, deleted in the end.</summary>
public sealed class PemFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("krakend-tls-").FullName;

    /// <summary>Path of a file in it.</summary>
    public string this[string name] => Path.Combine(_path, name);

    /// <summary>Writes a text and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Writes <c>name.pem</c> and <c>name.key</c>; behind the certificate what signed it, when given.</summary>
    public void WritePair(string name, X509Certificate2 certificate, params string[] issuers)
    {
        Write($"{name}.pem", certificate.ExportCertificatePem() + "\n" + string.Concat(issuers));
        using var rsa = certificate.GetRSAPrivateKey();
        using var ecdsa = certificate.GetECDsaPrivateKey();
        Write($"{name}.key", (rsa?.ExportPkcs8PrivateKeyPem() ?? ecdsa!.ExportECPrivateKeyPem()) + "\n");
    }

    /// <summary><c>{ "public_key": …, "private_key": … }</c> of a pair.</summary>
    public string Key(string name) => $$"""{"public_key":"{{this[$"{name}.pem"]}}","private_key":"{{this[$"{name}.key"]}}"}""";

    /// <summary><c>{ "certificate": …, "private_key": … }</c> of a pair.</summary>
    public string ClientCert(string name) => $$"""{"certificate":"{{this[$"{name}.pem"]}}","private_key":"{{this[$"{name}.key"]}}"}""";

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}
