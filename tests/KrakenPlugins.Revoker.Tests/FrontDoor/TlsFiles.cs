using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;

namespace KrakenPlugins.Revoker.Tests.FrontDoor;

/// <summary>A certificate of an authority that the system does not trust, in files.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("revoker-").FullName;
    private readonly List<HttpClient> _clients = [];

    public TlsFiles()
    {
        var certificate = _authority.Issue(new TestCertificate { Purposes = [TestAuthority.ForServers] });
        File.WriteAllText(PathOf("ca.pem"), _authority.Pem);
        File.WriteAllText(PathOf("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("key.pem"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The member <c>tls</c> of a server, with a comma behind.</summary>
    public string Keys => $$"""  "tls":{"keys":[{"public_key":"{{PathOf("cert.pem")}}","private_key":"{{PathOf("key.pem")}}"}]},""";

    /// <summary>The member <c>client_tls</c> of who trusts the authority, with a comma behind.</summary>
    public string Trust => $$"""  "client_tls":{"ca_certs":["{{PathOf("ca.pem")}}"]},""";

    /// <summary>A client that trusts the authority.</summary>
    public HttpClient Client(TestGateway server)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_authority.Certificate);
        var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{server.Port}") };
        _clients.Add(client);
        return client;
    }

    public void Dispose()
    {
        _clients.ForEach(static client => client.Dispose());
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
