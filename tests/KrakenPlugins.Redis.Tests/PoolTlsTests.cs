using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace KrakenPlugins.Redis.Tests;

/// <summary>Which certificate a server gets that wants one.</summary>
public sealed class PoolTlsTests
{
    [Fact, Spec("TRF-075", "CFG-199")]
    public async Task Of_several_certificates_a_server_gets_the_first_whose_issuer_it_names()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority("Another Authority");
        using var files = new PemFolder();
        files.WritePair("wrong", stranger.Issue(new TestCertificate { Name = "wrong", Purposes = [TestAuthority.ForClients] }));
        files.WritePair("right", authority.Issue(new TestCertificate { Name = "right", Purposes = [TestAuthority.ForClients] }));

        Assert.Equal(["CN=right"], await ShownAsync(authority, files, "wrong", "right"));
        Assert.Equal(["CN=right"], await ShownAsync(authority, files, "right", "wrong"));
        Assert.Equal(["CN=wrong"], await ShownAsync(authority, files, "wrong"));
    }

    [Fact, Spec("TRF-075")]
    public async Task A_certificate_is_shown_with_what_signed_it()
    {
        using var authority = new TestAuthority();
        using var between = authority.IssueAuthority("Authority Between");
        using var files = new PemFolder();
        files.WritePair("chained", between.Issue(new TestCertificate { Name = "chained", Purposes = [TestAuthority.ForClients] }), between.Pem);

        Assert.Equal(["CN=chained", "CN=Authority Between"], await ShownAsync(authority, files, "chained"));
    }

    /// <summary>Subjects of the certificates that a server gets which names its authority.</summary>
    private static async Task<IReadOnlyList<string>> ShownAsync(TestAuthority authority, PemFolder files, params string[] names)
    {
        files.Write("ca.pem", authority.Pem);
        var diagnostics = new ConfigDiagnostics();
        var tls = PoolTls.Load(
            new TlsSettings { CaCerts = [files["ca.pem"]], ClientCerts = [.. names.Select(name => new ClientCertSettings { Certificate = files[$"{name}.pem"], PrivateKey = files[$"{name}.key"] })], Source = new ConfigSource(ConfigNode.Object(default, []), ConfigPath.Root) }, diagnostics);
        Assert.Empty(diagnostics.All);
        var certificate = authority.Issue(new TestCertificate { Purposes = [TestAuthority.ForServers] });
        var shown = new List<string>();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var far = await listener.AcceptTcpClientAsync();
        using var client = new SslStream(near.GetStream());
        using var server = new SslStream(far.GetStream());

        await Task.WhenAll(client.AuthenticateAsClientAsync(tls!.OptionsFor("localhost")), server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true, SslCertificateTrust.CreateForX509Collection([authority.Certificate], sendTrustInHandshake: true)),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, leaf, chain, _) =>
            {
                shown.Add(leaf!.Subject);
                shown.AddRange(chain!.ChainPolicy.ExtraStore.Select(static c => c.Subject).Where(subject => subject != leaf.Subject));
                return true;
            },
        }));

        return shown;
    }
}
