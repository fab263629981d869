using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public TlsTests() => File.WriteAllText(_file, _authority.Pem);

    public void Dispose()
    {
        _authority.Dispose();
        File.Delete(_file);
    }

    [Fact]
    [Spec("AUT-030")]
    public async Task The_origins_own_authorities_are_trusted_and_others_are_not()
    {
        await using var server = new KeyServer(_authority.Issue(new TestCertificate()));

        Assert.Null((await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, JwkLocalCa = _file })).Failure);
        Assert.NotNull((await GetAsync(server, new JwkOrigin { JwkUrl = server.Url })).Failure);
    }

    [Fact]
    [Spec("AUT-030")]
    public async Task A_certificate_for_another_name_or_that_has_ended_is_refused()
    {
        await using var other = new KeyServer(_authority.Issue(new TestCertificate { Hosts = ["keys.example"] }));
        await using var old = new KeyServer(_authority.Issue(new TestCertificate { From = TimeSpan.FromDays(-9), To = TimeSpan.FromDays(-1) }));

        Assert.NotNull((await GetAsync(other, new JwkOrigin { JwkUrl = other.Url, JwkLocalCa = _file })).Failure);
        Assert.NotNull((await GetAsync(old, new JwkOrigin { JwkUrl = old.Url, JwkLocalCa = _file })).Failure);
    }

    [Fact]
    [Spec("AUT-024")]
    public async Task Without_security_any_certificate_is_accepted_but_pins_still_count()
    {
        await using var server = new KeyServer(_authority.Issue(new TestCertificate { Hosts = ["keys.example"] }));

        Assert.Null((await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, DisableJwkSecurity = true })).Failure);
        Assert.NotNull((await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, DisableJwkSecurity = true, JwkFingerprints = [Convert.ToBase64String(new byte[32])] })).Failure);
    }

    [Fact]
    [Spec("AUT-031")]
    public async Task A_pin_of_any_certificate_of_the_chain_lets_the_server_through_and_no_other_does()
    {
        var certificate = _authority.Issue(new TestCertificate());
        await using var server = new KeyServer(certificate);
        var leaf = Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        var root = Convert.ToBase64String(SHA256.HashData(_authority.Certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        var wrong = Convert.ToBase64String(SHA256.HashData("other"u8));

        Assert.Null(await FailureAsync(leaf));
        Assert.Null(await FailureAsync(leaf.Replace('+', '-').Replace('/', '_').TrimEnd('=')));
        Assert.Null(await FailureAsync(root));
        Assert.Null(await FailureAsync(wrong, leaf));
        Assert.NotNull(await FailureAsync(wrong));

        async Task<string?> FailureAsync(params string[] pins) =>
            (await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, JwkLocalCa = _file, JwkFingerprints = pins })).Failure;
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true)]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, false)]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_256_GCM_SHA384, true)]
    [Spec("AUT-030")]
    public async Task The_listed_suites_are_offered_and_those_of_tls_1_3(SslProtocols version, TlsCipherSuite suite, bool isGood)
    {
        await using var server = new KeyServer(_authority.Issue(new TestCertificate()), version, suite);

        var result = await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, JwkLocalCa = _file, CipherSuites = [49195] });

        Assert.Equal(isGood, result.Failure is null);
    }

    [Fact]
    public async Task A_redirect_never_leads_from_https_to_http()
    {
        await using var plain = await DownloadTests.ServeAsync("{}");
        await using var server = new KeyServer(_authority.Issue(new TestCertificate())) { Location = plain.Host };

        Assert.Equal("the server redirects to http:, which is not followed", (await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, JwkLocalCa = _file })).Failure);
        Assert.Equal("the server redirects to http:, which is not followed", (await GetAsync(server, new JwkOrigin { JwkUrl = server.Url, DisableJwkSecurity = true })).Failure);
        Assert.Empty(plain.Received);
    }

    private static async Task<JwkResult> GetAsync(KeyServer server, JwkOrigin origin)
    {
        Assert.StartsWith("https://", server.Url, StringComparison.Ordinal);
        using var download = new JwkDownload(origin, static _ => { });
        return await download.GetAsync(default);
    }

    /// <summary>An HTTPS server on a free port that answers every connection with one set, or with one redirect.</summary>
    private sealed class KeyServer : IAsyncDisposable
    {
        private static readonly byte[] s_set = Encoding.UTF8.GetBytes($$"""{"keys":[{{Tokens.PrivateJson(JwsAlgorithm.HS256)}}]}""");

        private readonly System.Net.Sockets.TcpListener _listener = new(System.Net.IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stopping = new();
        private readonly SslServerAuthenticationOptions _options;
        private readonly Task _serving;

        public KeyServer(X509Certificate2 certificate, SslProtocols versions = SslProtocols.None, TlsCipherSuite? suite = null)
        {
            _options = new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                EnabledSslProtocols = versions,
                CipherSuitesPolicy = suite is { } only ? new CipherSuitesPolicy([only]) : null,
            };
            _listener.Start();
            Url = $"https://127.0.0.1:{((System.Net.IPEndPoint)_listener.LocalEndpoint).Port}/keys";
            _serving = ServeAsync();
        }

        public string Url { get; }

        public string? Location { get; init; }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            _listener.Dispose();
            await _serving;
            _stopping.Dispose();
        }

        private async Task ServeAsync()
        {
            while (!_stopping.IsCancellationRequested)
            {
                try
                {
                    using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                    await using var stream = new SslStream(client.GetStream());
                    await stream.AuthenticateAsServerAsync(_options, _stopping.Token);
                    await stream.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: _stopping.Token);
                    var head = Location is null
                        ? $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {s_set.Length}\r\nConnection: close\r\n\r\n"
                        : $"HTTP/1.1 302 Found\r\nLocation: {Location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _stopping.Token);
                    if (Location is null)
                        await stream.WriteAsync(s_set, _stopping.Token);
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException or System.Net.Sockets.SocketException)
                {
                    // A client that refuses the certificate ends the connection here.
                }
            }
        }
    }
}
