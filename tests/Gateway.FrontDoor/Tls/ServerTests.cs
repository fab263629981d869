using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Gateway.Core.Server;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>The listener with TLS: versions, suites, protocols, key files.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();

    public ServerTests() => _files.WritePair("server", _authority.Issue(new TestCertificate { IsRsa = true }));

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    private string Keys => $"\"keys\":[{_files.Key("server")}]";

    [Fact, Spec("CFG-171", "SEC-022", "CFG-166")]
    public async Task The_port_speaks_tls_and_tells_who_speaks_http_that_it_does()
    {
        await using var rig = await TlsRig.StartAsync(Keys);

        var secured = await rig.GetAsync(new TlsCaller());
        var clear = await rig.Gateway.SendRawAsync("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK", secured, StringComparison.Ordinal);
        Assert.EndsWith("""{"id":1}""", secured, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.0 400 Bad Request\r\n", clear, StringComparison.Ordinal);
        Assert.Single(rig.Upstream.Received);
        await rig.Gateway.WaitForLogAsync("client sent an HTTP request to an HTTPS server");
    }

    [Theory, Spec("CFG-172", "SEC-024", "SEC-025", "SEC-028")]
    [InlineData("", SslProtocols.Tls13, true)]
    [InlineData("", SslProtocols.Tls12, false)]
    [InlineData(",\"min_version\":\"TLS12\"", SslProtocols.Tls13, true)]
    [InlineData(",\"min_version\":\"TLS12\"", SslProtocols.Tls12, true)]
    [InlineData(",\"min_version\":\"TLS12\",\"max_version\":\"TLS12\"", SslProtocols.Tls12, true)]
    [InlineData(",\"min_version\":\"TLS12\",\"max_version\":\"TLS12\"", SslProtocols.Tls13, false)]
    [InlineData(",\"min_version\":\"TLS10\"", SslProtocols.Tls12, true)]
    public async Task Versions_within_the_range_are_spoken(string settings, SslProtocols versions, bool works)
    {
        await using var rig = await TlsRig.StartAsync(Keys + settings);

        var answer = await rig.GetAsync(new TlsCaller { Versions = versions });

        Assert.StartsWith(works ? "HTTP/1.1 200" : "failed", answer, StringComparison.Ordinal);
        if (!works)
            await rig.Gateway.WaitForLogAsync("WARNING: [SERVICE: Gin] http: TLS handshake error from 127.0.0.1:");
    }

    [Theory, Spec("CFG-172", "SEC-024")]
    [InlineData("\u0003\u0001", "TLS 1.0")]
    [InlineData("\u0003\u0002", "TLS 1.1")]
    [InlineData("\u0003\u0000", "SSL 3.0")]
    public async Task An_old_client_gets_an_alert_and_is_logged_by_its_version(string version, string name)
    {
        await using var rig = await TlsRig.StartAsync(Keys + ",\"min_version\":\"TLS12\"");
        using var connection = await rig.Gateway.ConnectAsync();
        // A hello with one suite and nothing else.
        var body = version + new string('x', 32) + "\0" + "\0\u0002\0\u002f" + "\u0001\0";
        var message = "\u0001\0\0" + (char)body.Length + body;

        await connection.WriteAsync("\u0016\u0003\u0001\0" + (char)message.Length + message);

        // Record 21: an alert, here "protocol version".
        Assert.StartsWith("\u0015", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await rig.Gateway.WaitForLogAsync($"client offered only unsupported versions (its newest is {name})");
    }

    [Theory, Spec("CFG-174", "SEC-025", "SEC-027")]
    [InlineData("", TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true)]
    [InlineData("", TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, false)]
    [InlineData(",\"cipher_suites\":[47]", TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, true)]
    [InlineData(",\"cipher_suites\":[47]", TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, false)]
    [InlineData(",\"cipher_suites\":[5,49200]", TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, true)]
    public async Task Suites_of_tls_1_2_are_those_of_the_list(string settings, TlsCipherSuite suite, bool works)
    {
        await using var rig = await TlsRig.StartAsync(Keys + ",\"min_version\":\"TLS12\"" + settings);

        var answer = await rig.GetAsync(new TlsCaller { Versions = SslProtocols.Tls12, Suites = [suite] });
        var newer = await rig.GetAsync(new TlsCaller { Versions = SslProtocols.Tls13, Suites = [TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256] });

        Assert.StartsWith(works ? "HTTP/1.1 200" : "failed", answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", newer, StringComparison.Ordinal);
    }

    [Fact, Spec("SEC-027")]
    public async Task A_list_that_names_a_suite_of_tls_1_3_holds_for_1_3_too()
    {
        await using var rig = await TlsRig.StartAsync(Keys + ",\"cipher_suites\":[4866,49200]");

        var listed = await rig.GetAsync(new TlsCaller { Suites = [TlsCipherSuite.TLS_AES_256_GCM_SHA384] });
        var other = await rig.GetAsync(new TlsCaller { Suites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256] });

        Assert.StartsWith("HTTP/1.1 200", listed, StringComparison.Ordinal);
        Assert.StartsWith("failed", other, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-166", "SEC-033", "CFG-184")]
    public async Task Http_2_is_agreed_on_in_the_handshake()
    {
        await using var rig = await TlsRig.StartAsync(Keys);
        using var client = Http2Client(rig);

        using var first = await client.GetAsync("/a");
        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/a")));

        Assert.Equal(HttpVersion.Version20, first.Version);
        Assert.All(together, static body => Assert.Equal("""{"id":1}""", body));
        await using var old = await rig.ConnectAsync(new TlsCaller { Protocols = [SslApplicationProtocol.Http11] });
        Assert.Equal(SslApplicationProtocol.Http11, old.NegotiatedApplicationProtocol);
    }

    [Fact, Spec("CFG-177", "SEC-023")]
    public async Task Disabled_means_clear_text_and_no_file_is_looked_at()
    {
        await using var rig = await TlsRig.StartAsync("\"disabled\":true,\"keys\":[{\"public_key\":\"/nowhere.pem\",\"private_key\":\"/nowhere.key\"}]");

        Assert.Equal("""{"id":1}""", await rig.Gateway.Client.GetStringAsync("/a"));
    }

    [Fact, Spec("CFG-178", "SEC-031")]
    public async Task The_old_attributes_are_one_more_pair()
    {
        _files.WritePair("old", _authority.Issue(new TestCertificate { Hosts = ["old.test"] }));
        var old = $"\"public_key\":\"{_files["old.pem"]}\",\"private_key\":\"{_files["old.key"]}\"";

        await using var alone = await TlsRig.StartAsync(old);
        await using var beside = await TlsRig.StartAsync($"{Keys},{old}");

        Assert.StartsWith("HTTP/1.1 200", await alone.GetAsync(new TlsCaller()), StringComparison.Ordinal);
        Assert.Contains(alone.Gateway.Diagnostics.All, static d => d.Message.Contains("moved into \"keys\"", StringComparison.Ordinal));
        Assert.NotEqual(await beside.ShownToAsync(new TlsCaller()), await beside.ShownToAsync(new TlsCaller { Name = "old.test" }));
    }

    [Theory, Spec("CFG-179", "SEC-032")]
    [InlineData("""{"public_key":"$/none.pem","private_key":"$/server.key"}""", "open $/none.pem: no such file or directory")]
    [InlineData("""{"public_key":"$/server.pem","private_key":"$/none.key"}""", "open $/none.key: no such file or directory")]
    [InlineData("""{"public_key":"$/server.pem","private_key":"$/other.key"}""", "$/other.key: private key does not match public key of $/server.pem")]
    [InlineData("""{"public_key":"$/server.pem","private_key":"$/server.pem"}""", "$/server.pem: found no private key in PEM form")]
    [InlineData("""{"public_key":"$/server.key","private_key":"$/server.key"}""", "$/server.key: found no certificate in PEM form")]
    [InlineData("""{"public_key":"$/broken.pem","private_key":"$/server.key"}""", "$/broken.pem: holds a certificate that cannot be read")]
    [InlineData("""{"public_key":"$/server.pem","private_key":"$/encrypted.key"}""", "$/encrypted.key: the key is encrypted")]
    [InlineData("""{"public_key":"$","private_key":"$/server.key"}""", "$")]
    public async Task A_pair_that_cannot_be_used_ends_the_start_with_its_path_and_why(string key, string expected)
    {
        using var other = TestAuthority.SelfSigned(new TestCertificate());
        _files.WritePair("other", other);
        _files.Write("broken.pem", "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n");
        _files.Write("encrypted.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        var folder = _files[""].TrimEnd('/');

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => TlsRig.StartAsync($"\"keys\":[{key.Replace("$", folder, StringComparison.Ordinal)}]"));

        Assert.Contains(expected.Replace("$", folder, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.StartsWith("tls.keys: ", error.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-179")]
    [InlineData("-10.00:00:00", "-1.00:00:00", "server.pem expired on ")]
    [InlineData("1.00:00:00", "10.00:00:00", "server.pem is not valid before ")]
    public async Task A_certificate_out_of_its_time_is_served_and_warned_of(string from, string to, string expected)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        _files.WritePair("server", _authority.Issue(new TestCertificate { From = TimeSpan.Parse(from, culture), To = TimeSpan.Parse(to, culture) }));

        await using var rig = await TlsRig.StartAsync(Keys);

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller()), StringComparison.Ordinal);
        await rig.Gateway.WaitForLogAsync(expected);
    }

    [Fact, Spec("CFG-171")]
    public async Task A_chain_is_shown_with_what_stands_behind_the_certificate()
    {
        using var middle = _authority.IssueAuthority("Middle");
        _files.WritePair("server", middle.Issue(new TestCertificate()), middle.Pem);
        await using var rig = await TlsRig.StartAsync(Keys);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust, RevocationMode = 0, DisableCertificateDownloads = true };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_authority.Certificate);
        using var client = new HttpClient(handler);

        Assert.Equal("""{"id":1}""", await client.GetStringAsync($"https://localhost:{rig.Gateway.Port}/a"));
    }

    internal static HttpClient Http2Client(TlsRig rig)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://localhost:{rig.Gateway.Port}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
