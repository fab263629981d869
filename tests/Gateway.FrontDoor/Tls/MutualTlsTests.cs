using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Server;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>Clients that must show a certificate.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private static readonly TestCertificate s_client = new() { Name = "client", Hosts = [], Purposes = [TestAuthority.ForClients] };

    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();

    public MutualTlsTests()
    {
        _files.Write("ca.pem", _authority.Pem);
        _files.WritePair("server", _authority.Issue(new TestCertificate()));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    private string Settings => $"\"enable_mtls\":true,\"ca_certs\":[\"{_files["ca.pem"]}\"],\"disable_system_ca_pool\":true,\"min_version\":\"TLS12\",\"keys\":[{_files.Key("server")}]";

    [Theory, Spec("CFG-180", "AUT-132", "AUT-133")]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Who_shows_a_certificate_of_the_authority_is_served_on_every_path_and_nobody_else(SslProtocols version)
    {
        await using var rig = await TlsRig.StartAsync(Settings);
        var caller = new TlsCaller { Versions = version, Certificate = _authority.Issue(s_client) };

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(caller), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(caller, "/__health"), StringComparison.Ordinal);
        foreach (var path in new[] { "/a", "/__health", "/none" })
            Assert.DoesNotContain("HTTP/1", await rig.GetAsync(caller with { Certificate = null }, path), StringComparison.Ordinal);
        Assert.Single(rig.Upstream.Received);
        await rig.Gateway.WaitForLogAsync("tls: client didn't provide a certificate");
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "other authority", "x509: certificate signed by unknown authority" },
        { "same name as the authority", "x509: certificate signed by unknown authority" },
        { "self-signed", "x509: certificate signed by unknown authority" },
        { "expired", "x509: certificate has expired or is not yet valid" },
        { "not yet valid", "x509: certificate has expired or is not yet valid" },
        { "for servers only", "x509: certificate specifies an incompatible key usage" },
        { "signed by no authority", "x509: " },
        { "expired middle", "x509: certificate has expired or is not yet valid" },
        { "middle not sent", "x509: certificate signed by unknown authority" },
    };

    [Theory, Spec("CFG-180", "AUT-132", "CFG-182")]
    [MemberData(nameof(Refused))]
    public async Task A_certificate_that_does_not_count_ends_the_handshake(string kind, string reason)
    {
        await using var rig = await TlsRig.StartAsync(Settings);
        using var other = new TestAuthority("Other");
        using var twin = new TestAuthority();
        var caller = new TlsCaller
        {
            Certificate = kind switch
            {
                "other authority" => other.Issue(s_client),
                "same name as the authority" => twin.Issue(s_client),
                "self-signed" => TestAuthority.SelfSigned(s_client),
                "expired" => _authority.Issue(s_client with { From = TimeSpan.FromDays(-9), To = TimeSpan.FromDays(-1) }),
                "not yet valid" => _authority.Issue(s_client with { From = TimeSpan.FromDays(1), To = TimeSpan.FromDays(9) }),
                "for servers only" => _authority.Issue(s_client with { Purposes = [TestAuthority.ForServers] }),
                _ => null,
            },
        };
        if (kind == "signed by no authority")
            caller = Signed(caller, _authority.Issue(s_client));
        else if (kind == "expired middle")
            caller = Signed(caller, _authority.Issue(new TestCertificate { Name = "Middle", Hosts = [], IsAuthority = true, From = TimeSpan.FromDays(-9), To = TimeSpan.FromDays(-1) }));
        else if (kind == "middle not sent")
            caller = Signed(caller, _authority.IssueAuthority("Middle").Certificate) with { Issuers = [] };

        var answer = await rig.GetAsync(caller);

        Assert.DoesNotContain("HTTP/1", answer, StringComparison.Ordinal);
        Assert.Empty(rig.Upstream.Received);
        await rig.Gateway.WaitForLogAsync($"tls: failed to verify client certificate: {reason}");
    }

    [Fact, Spec("AUT-132")]
    public async Task A_certificate_that_names_no_purpose_is_for_clients_too_and_one_in_the_middle_may_be_sent()
    {
        await using var rig = await TlsRig.StartAsync(Settings);
        using var middle = _authority.IssueAuthority("Middle");

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = _authority.Issue(s_client with { Purposes = [] }) }), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = middle.Issue(s_client), Issuers = [middle.Certificate] }), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-180")]
    public async Task An_authority_that_did_not_sign_itself_is_an_anchor_and_its_parent_is_none()
    {
        using var middle = _authority.IssueAuthority("Middle");
        _files.Write("ca.pem", middle.Pem);
        await using var rig = await TlsRig.StartAsync(Settings);

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = middle.Issue(s_client) }), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = _authority.Issue(s_client) }), StringComparison.Ordinal);
        // A key of somebody else under the name of the anchor.
        using var twin = _authority.IssueAuthority("Middle");
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = twin.Issue(s_client) }), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = twin.Issue(s_client), Issuers = [twin.Certificate] }), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-180", "AUT-133")]
    public async Task The_gateways_own_certificate_counts_but_not_what_stands_behind_it()
    {
        using var own = TestAuthority.SelfSigned(new TestCertificate());
        using var other = new TestAuthority("Public");
        using var middle = other.IssueAuthority("Public Middle");
        _files.WritePair("self", own);
        _files.WritePair("server", middle.Issue(new TestCertificate()), middle.Pem);
        await using var rig = await TlsRig.StartAsync(Settings.Replace("\"keys\":[", $"\"keys\":[{_files.Key("self")},", StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = own }), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = middle.Issue(s_client) }), StringComparison.Ordinal);
        await rig.Gateway.WaitForLogAsync("own certificates are trusted as certificates of clients too");
    }

    [Fact, Spec("CFG-180", "CFG-181", "AUT-134")]
    public async Task An_authority_that_cannot_be_read_is_logged_and_left_out()
    {
        var settings = Settings.Replace("\"ca_certs\":[", $"\"ca_certs\":[\"{_files["none.pem"]}\",", StringComparison.Ordinal);
        await using var rig = await TlsRig.StartAsync(settings);

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = _authority.Issue(s_client) }), StringComparison.Ordinal);
        await rig.Gateway.WaitForLogAsync($"Cannot load certificate CA {_files["none.pem"]}: open {_files["none.pem"]}: no such file or directory");
    }

    [Fact, Spec("AUT-134")]
    public async Task Without_any_authority_that_could_be_read_the_start_fails()
    {
        File.Delete(_files["ca.pem"]);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => TlsRig.StartAsync(Settings));

        Assert.Contains("no client could enter", error.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-180")]
    public async Task With_the_systems_authorities_those_of_the_files_count_as_well()
    {
        await using var rig = await TlsRig.StartAsync(Settings.Replace("\"disable_system_ca_pool\":true", "\"disable_system_ca_pool\":false", StringComparison.Ordinal));
        using var other = new TestAuthority("Other");

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = _authority.Issue(s_client) }), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = other.Issue(s_client) }), StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-135", "AUT-137", "CFG-166")]
    public async Task Http_2_works_and_the_backend_learns_nothing_of_who_the_client_is()
    {
        await using var rig = await TlsRig.StartAsync(Settings);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions = new TlsCaller { Certificate = _authority.Issue(s_client) }.Options();
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        for (var i = 0; i < 3; i++)
            Assert.Equal("""{"id":1}""", await client.GetStringAsync($"https://localhost:{rig.Gateway.Port}/a"));

        Assert.All(rig.Upstream.Received, static request => Assert.DoesNotContain(request.Headers, static h => h.Value.Contains("client", StringComparison.Ordinal)));
    }

    /// <summary>A caller whose certificate is signed by another one, which need not be allowed to.</summary>
    private static TlsCaller Signed(TlsCaller caller, X509Certificate2 signer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256);
        var generator = X509SignatureGenerator.CreateForECDsa(signer.GetECDsaPrivateKey()!);
        using var bare = request.Create(signer.SubjectName, generator, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
        using var whole = bare.CopyWithPrivateKey(key);
        var certificate = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        return caller with { Certificate = certificate, Issuers = [signer] };
    }
}
