using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>TLS towards backends.</summary>
public sealed class ClientTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();

    public ClientTests() => _files.Write("ca.pem", _authority.Pem);

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    private string Ca => $"\"ca_certs\":[\"{_files["ca.pem"]}\"]";

    [Theory, Spec("CFG-185", "CFG-186", "CFG-188", "RTE-341", "RTE-067", "SEC-036", "SEC-038")]
    [InlineData("", SslProtocols.Tls13, true)]
    [InlineData("", SslProtocols.Tls12, false)]
    [InlineData(",\"min_version\":\"TLS12\"", SslProtocols.Tls12, true)]
    [InlineData(",\"min_version\":\"TLS12\",\"max_version\":\"TLS12\"", SslProtocols.Tls13, false)]
    [InlineData(",\"min_version\":\"TLS12\",\"cipher_suites\":[49195]", SslProtocols.Tls12, true)]
    [InlineData(",\"min_version\":\"TLS12\",\"cipher_suites\":[49199]", SslProtocols.Tls12, false)]
    [InlineData(",\"disable_system_ca_pool\":true", SslProtocols.Tls13, true)]
    public async Task The_object_means_tls_1_3_unless_it_says_otherwise(string settings, SslProtocols versions, bool works)
    {
        await using var upstream = new TlsUpstream(_authority.Issue(new TestCertificate()), versions);
        await using var gateway = await StartAsync($"\"client_tls\":{{{Ca}{settings}}},", upstream.Url);

        Assert.Equal(works ? 200 : 500, await StatusAsync(gateway, "/a"));
        await gateway.WaitForLogAsync("INFO: [SERVICE: HTTP Client] client_tls: TLS 1.");
        if (!works)
            await gateway.WaitForLogAsync("tls: handshake failed: ");
    }

    [Theory, Spec("CFG-185", "RTE-341")]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Without_the_object_both_versions_are_spoken(SslProtocols versions)
    {
        await using var upstream = new TlsUpstream(_authority.Issue(new TestCertificate()), versions);
        await using var gateway = await StartAsync("", upstream.Url);

        Assert.Equal(500, await StatusAsync(gateway, "/a"));

        // The handshake got as far as the certificate.
        await gateway.WaitForLogAsync("tls: failed to verify certificate: x509: certificate signed by unknown authority");
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "other authority", "x509: certificate signed by unknown authority" },
        { "self-signed", "x509: certificate signed by unknown authority" },
        { "expired", "x509: certificate has expired or is not yet valid" },
        { "other name", "x509: certificate is valid for other.test, not localhost" },
        { "no alternative names", "x509: certificate has no subject alternative names, and is not valid for localhost" },
        { "for clients only", "x509: certificate specifies an incompatible key usage" },
    };

    [Theory, Spec("CFG-187", "CFG-188", "RTE-113", "RTE-343", "SEC-036", "SEC-039")]
    [MemberData(nameof(Refused))]
    public async Task A_backend_that_is_not_trusted_is_named_in_the_log_and_taken_only_when_that_does_not_matter(string kind, string reason)
    {
        using var other = new TestAuthority("Other");
        using var self = TestAuthority.SelfSigned(new TestCertificate());
        var certificate = kind switch
        {
            "other authority" => other.Issue(new TestCertificate()),
            "self-signed" => self,
            "expired" => _authority.Issue(new TestCertificate { From = TimeSpan.FromDays(-9), To = TimeSpan.FromDays(-1) }),
            "other name" => _authority.Issue(new TestCertificate { Hosts = ["other.test"] }),
            "no alternative names" => _authority.Issue(new TestCertificate { Hosts = [] }),
            _ => _authority.Issue(new TestCertificate { Purposes = [TestAuthority.ForClients] }),
        };
        await using var upstream = new TlsUpstream(certificate);
        await using var strict = await StartAsync($"\"client_tls\":{{{Ca}}},", upstream.Url);
        await using var lax = await StartAsync("\"client_tls\":{\"allow_insecure_connections\":true},", upstream.Url);
        await using var old = await StartAsync("\"allow_insecure_connections\":true,", upstream.Url);

        using var response = await strict.Client.GetAsync("/a");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        await strict.WaitForLogAsync($"tls: failed to verify certificate: {reason}");
        Assert.All(upstream.Connections, static connection => Assert.Empty(connection.Requests));
        Assert.Equal(200, await StatusAsync(lax, "/a"));
        Assert.Equal(200, await StatusAsync(old, "/a"));
        await lax.WaitForLogAsync("certificates of backends are not verified (allow_insecure_connections)");
    }

    [Fact, Spec("CFG-188", "CFG-189", "RTE-342", "SEC-040")]
    public async Task Files_that_cannot_be_read_are_logged_and_left_out()
    {
        await using var upstream = new TlsUpstream(_authority.Issue(new TestCertificate()));
        _files.Write("bad.key", "nonsense");
        var settings = $"\"client_tls\":{{\"ca_certs\":[\"{_files["none.pem"]}\"],\"client_certs\":[{{\"certificate\":\"{_files["ca.pem"]}\",\"private_key\":\"{_files["bad.key"]}\"}}]}},";
        await using var gateway = await StartAsync(settings, upstream.Url);

        Assert.Equal(500, await StatusAsync(gateway, "/a"));

        await gateway.WaitForLogAsync($"ERROR: [SERVICE: HTTP Client] Cannot load certificate CA {_files["none.pem"]}: open {_files["none.pem"]}: no such file or directory");
        await gateway.WaitForLogAsync($"ERROR: [SERVICE: HTTP Client] Cannot load client certificate {_files["ca.pem"]}, {_files["bad.key"]}: {_files["bad.key"]}: found no private key in PEM form");
    }

    [Fact, Spec("CFG-189", "AUT-136")]
    public async Task A_backend_that_asks_gets_the_certificate_that_its_issuers_allow()
    {
        using var other = new TestAuthority("Other");
        var (mine, theirs) = (_authority.Issue(new TestCertificate { Name = "mine", Hosts = [] }), other.Issue(new TestCertificate { Name = "theirs", Hosts = [] }));
        _files.WritePair("mine", mine);
        _files.WritePair("theirs", theirs);
        await using var first = new TlsUpstream(_authority.Issue(new TestCertificate()), issuers: [_authority.Certificate]);
        await using var second = new TlsUpstream(_authority.Issue(new TestCertificate()), issuers: [other.Certificate]);
        await using var gateway = await StartAsync($"\"client_tls\":{{{Ca},\"client_certs\":[{_files.ClientCert("mine")},{_files.ClientCert("theirs")}]}},", first.Url, second.Url);

        Assert.Equal(200, await StatusAsync(gateway, "/a"));
        Assert.Equal(200, await StatusAsync(gateway, "/b"));

        Assert.Equal([mine.Thumbprint], first.Shown.Distinct());
        Assert.Equal([theirs.Thumbprint], second.Shown.Distinct());
    }

    [Fact, Spec("CFG-189", "RTE-342", "AUT-137")]
    public async Task A_backend_that_demands_a_certificate_is_not_reached_without_one()
    {
        await using var upstream = new TlsUpstream(_authority.Issue(new TestCertificate()), issuers: [_authority.Certificate]);
        await using var gateway = await StartAsync($"\"client_tls\":{{{Ca}}},", upstream.Url);

        Assert.Equal(500, await StatusAsync(gateway, "/a"));
    }

    [Fact, Spec("CFG-190", "RTE-347", "RTE-348", "RTE-349", "RTE-350", "RTE-332", "SEC-037", "SEC-041", "AUT-136")]
    public async Task A_backends_own_object_replaces_the_services_as_a_whole_and_shares_no_connection()
    {
        using var other = new TestAuthority("Other");
        _files.Write("other.pem", other.Pem);
        var client = _authority.Issue(new TestCertificate { Name = "client", Hosts = [] });
        _files.WritePair("client", client);
        await using var upstream = new TlsUpstream(_authority.Issue(new TestCertificate()));
        var own = new[]
        {
            "",
            "",
            $$$"""{"client_tls":{"ca_certs":["{{{_files["other.pem"]}}}"]}}""",
            $$$"""{"client_tls":{{{{Ca}}}}}""",
            """{"no_redirect":true,"client_tls":{"allow_insecure_connections":true}}""",
        };
        var endpoints = string.Join(',', own.Select((options, i) =>
            $$$"""{"endpoint":"/{{{i}}}","backend":[{"host":["{{{upstream.Url}}}"],"url_pattern":"/","extra_config":{"backend/http/client":{{{(options.Length == 0 ? "{}" : options)}}}}}]}"""));
        await using var gateway = await TestGateway.StartAsync($$"""{"version":3,"client_tls":{{{Ca}},"client_certs":[{{_files.ClientCert("client")}}]},"endpoints":[{{endpoints}}]}""");

        int[] statuses = [await StatusAsync(gateway, "/0"), await StatusAsync(gateway, "/1"), await StatusAsync(gateway, "/2"), await StatusAsync(gateway, "/3"), await StatusAsync(gateway, "/4")];

        Assert.Equal([200, 200, 500, 200, 200], statuses);
        // The service's certificate is shown only under the service's settings, by the one connection that two endpoints share.
        Assert.Equal([client.Thumbprint], upstream.Shown);
        Assert.Equal([2, 1, 1], upstream.Connections.Where(static c => c.Requests.Count > 0).Select(static c => c.Requests.Count));
    }

    [Fact, Spec("CFG-190", "SEC-023", "AUT-137")]
    public async Task Both_sides_are_independent()
    {
        _files.WritePair("server", _authority.Issue(new TestCertificate()));
        await using var upstream = new TlsUpstream(_authority.Issue(new TestCertificate()));
        await using var rig = await TlsRig.StartAsync(
            $"\"keys\":[{_files.Key("server")}]", $"\"client_tls\":{{{Ca}}},\"async_agent\":[],");
        await using var plain = await StartAsync($"\"client_tls\":{{{Ca}}},", upstream.Url);

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Versions = SslProtocols.Tls13 }), StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync(plain, "/a"));
    }

    private static Task<TestGateway> StartAsync(string root, string first, string second = "http://unused") => TestGateway.StartAsync(
        $$"""{"version":3,{{root}}"endpoints":[{"endpoint":"/a","backend":[{"host":["{{first}}"],"url_pattern":"/"}]},{"endpoint":"/b","backend":[{"host":["{{second}}"],"url_pattern":"/"}]}]}""");

    private static async Task<int> StatusAsync(TestGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(path);
        return (int)response.StatusCode;
    }
}
