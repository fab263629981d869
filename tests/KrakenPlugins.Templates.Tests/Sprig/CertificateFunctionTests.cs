using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class CertificateFunctionTests
{
    [Fact, Spec("CFG-111")]
    public void A_signed_certificate_verifies_with_its_authority()
    {
        const string Template = """
            {{ $ca := genCA "foo-ca" 365 }}{{ $cert := genSignedCert "foo.com" (list "10.0.0.1" "::1") (list "bar.com" "*.bar.com") 90 $ca }}{{ toJson (list $ca $cert) }}
            """;
        var rendered = SprigTemplates.Parse(SprigTemplates.Render(Template)).AsList;
        using var authority = Load(rendered[0]);
        using var certificate = Load(rendered[1]);

        Assert.Equal("CN=foo-ca", authority.Subject);
        Assert.Equal("CN=foo.com", certificate.Subject);
        Assert.Equal("CN=foo-ca", certificate.Issuer);
        Assert.True(IsIssuedBy(certificate, authority));
        Assert.Equal(SprigTemplates.Now.AddDays(90), new DateTimeOffset(certificate.NotAfter));
        Assert.True(certificate.MatchesHostname("x.bar.com") && certificate.MatchesHostname("10.0.0.1") && certificate.MatchesHostname("::1"));
        Assert.False(certificate.MatchesHostname("other.com"));
        Assert.True(authority.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(
            ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(usage => usage.Value));
        using var key = RSA.Create();
        key.ImportFromPem(Field(rendered[1], "Key"));
        Assert.Equal(2048, key.KeySize);
    }

    [Theory, Spec("CFG-111")]
    [InlineData("""genSelfSignedCert "foo.com" nil nil 365""")]
    [InlineData("""genSelfSignedCert "foo.com" (list "127.0.0.1") (list) 1""")]
    [InlineData("""genSelfSignedCertWithKey "foo.com" nil (list "foo.com") 365 (genPrivateKey "ecdsa")""")]
    [InlineData("""genCAWithKey "foo.com" 10 (genPrivateKey "ecdsa")""")]
    public void A_certificate_signs_itself(string call)
    {
        using var certificate = Load(SprigTemplates.Parse(SprigTemplates.Render($"{{{{ {call} | toJson }}}}")));

        Assert.Equal("CN=foo.com", certificate.Subject);
        Assert.Equal("CN=foo.com", certificate.Issuer);
        Assert.True(IsIssuedBy(certificate, certificate));
    }

    [Fact, Spec("CFG-111")]
    public void Given_keys_and_certificates_are_used()
    {
        const string Template = """
            {{- $key := genPrivateKey "ecdsa" }}{{ $made := genCAWithKey "ca" 10 $key }}
            {{- $ca := buildCustomCert ($made.Cert | b64enc) ($made.Key | b64enc) }}
            {{- $cert := genSignedCertWithKey "foo.com" nil nil 5 $ca $key }}
            {{- eq $ca.Cert $made.Cert }} {{ eq $cert.Key $key }} {{ typeOf $ca }} {{ kindOf $ca }}|{{ toJson (list $ca $cert) -}}
            """;
        var parts = SprigTemplates.Render(Template).Split('|', 2);

        Assert.Equal("true true sprig.certificate struct", parts[0]);
        var pairs = SprigTemplates.Parse(parts[1]).AsList;
        using var authority = Load(pairs[0]);
        using var certificate = Load(pairs[1]);
        Assert.True(IsIssuedBy(certificate, authority));
    }

    [Theory, Spec("CFG-111")]
    [InlineData("""{{ genSelfSignedCertWithKey "a" (list "x") nil 1 (genPrivateKey "ecdsa") }}""", "error parsing ip: x")]
    [InlineData("""{{ genSelfSignedCertWithKey "a" nil (list 1) 1 (genPrivateKey "ecdsa") }}""", "1 is not a string")]
    [InlineData("""{{ genSelfSignedCertWithKey "a" nil nil 1 "x" }}""", "no PEM data in input")]
    [InlineData("""{{ genCAWithKey "a" 1 (genPrivateKey "ed25519") }}""", "use an RSA or elliptic curve key")]
    [InlineData("""{{ genCA "a" -1 }}""", "can be valid for 0 to")]
    [InlineData("""{{ genCAWithKey "a" 99999999999 (genPrivateKey "ecdsa") }}""", "can be valid for 0 to")]
    [InlineData("""{{ genSignedCert "a" nil nil 1 (dict "Cert" "x") }}""", "expected sprig.certificate")]
    [InlineData("""{{ buildCustomCert "!" "!" }}""", "unable to decode base64 certificate")]
    [InlineData("""{{ buildCustomCert (b64enc "x") "!" }}""", "unable to decode base64 private key")]
    [InlineData("""{{ buildCustomCert (b64enc "x") (b64enc "x") }}""", "unable to decode certificate")]
    public void What_cannot_be_certified_is_an_error(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    private static string Field(TemplateValue pair, string name) => pair.AsMap.TryGet(name, out var value) ? value.AsString : "";

    private static X509Certificate2 Load(TemplateValue pair) => X509Certificate2.CreateFromPem(Field(pair, "Cert"), Field(pair, "Key"));

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = SprigTemplates.Now.LocalDateTime;
        return chain.Build(certificate);
    }
}
