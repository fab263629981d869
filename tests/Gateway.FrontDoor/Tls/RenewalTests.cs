using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Server;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>Certificates that change on disk while the gateway serves.</summary>
public sealed class RenewalTests : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(3);
    private static readonly TestCertificate s_client = new() { Name = "client", Hosts = [], Purposes = [TestAuthority.ForClients] };

    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();
    private readonly TurnedTime _time = new();

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    private string Keys => $"\"keys\":[{_files.Key("server")}]";

    [Fact, Spec("CFG-183", "SEC-034")]
    public async Task A_new_pair_is_shown_to_new_connections_and_costs_the_old_ones_nothing()
    {
        var (old, renewed) = (_authority.Issue(new TestCertificate()), _authority.Issue(new TestCertificate { IsRsa = true }));
        _files.WritePair("server", old);
        await using var rig = await TlsRig.StartAsync(Keys, time: _time);
        await using var kept = await rig.ConnectAsync(new TlsCaller());
        Assert.Equal(old.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));

        _files.WritePair("server", renewed);
        Look();

        Assert.Equal(renewed.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
        await kept.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(kept);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        await rig.Gateway.WaitForLogAsync("INFO: [SERVICE: Gin] the files of TLS have changed and were read again");
    }

    [Fact, Spec("CFG-183")]
    public async Task A_new_file_that_is_broken_keeps_the_old_pair_and_is_logged_once()
    {
        var (old, renewed) = (_authority.Issue(new TestCertificate()), _authority.Issue(new TestCertificate()));
        _files.WritePair("server", old);
        await using var rig = await TlsRig.StartAsync(Keys, time: _time);

        _files.Write("server.pem", renewed.ExportCertificatePem());
        for (var i = 0; i < 5; i++)
            Look();
        Assert.Equal(old.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
        await rig.Gateway.WaitForLogAsync("a file of TLS has changed and cannot be used, what it held before stays in use: ");
        Assert.Single(rig.Gateway.Log.Split("cannot be used", StringSplitOptions.None)[1..]);

        _files.WritePair("server", renewed);
        Look();
        Assert.Equal(renewed.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
    }

    [Fact, Spec("CFG-183")]
    public async Task Links_to_a_folder_that_is_swapped_are_followed()
    {
        var (old, renewed) = (_authority.Issue(new TestCertificate()), _authority.Issue(new TestCertificate()));
        foreach (var (folder, certificate) in new[] { ("one", old), ("two", renewed) })
        {
            Directory.CreateDirectory(_files[folder]);
            _files.WritePair($"{folder}/server", certificate);
        }
        Directory.CreateSymbolicLink(_files["..data"], "one");
        File.CreateSymbolicLink(_files["server.pem"], "..data/server.pem");
        File.CreateSymbolicLink(_files["server.key"], "..data/server.key");
        await using var rig = await TlsRig.StartAsync(Keys, time: _time);
        Assert.Equal(old.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));

        Directory.Delete(_files["..data"]);
        Directory.CreateSymbolicLink(_files["..data"], "two");
        Look();

        Assert.Equal(renewed.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
    }

    [Fact, Spec("CFG-183", "CFG-179")]
    public async Task A_new_certificate_whose_names_cannot_be_read_keeps_the_old_pair()
    {
        var old = _authority.Issue(new TestCertificate());
        _files.WritePair("server", old);
        await using var rig = await TlsRig.StartAsync(Keys, time: _time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", [0x30, 0x05, 0x01], critical: false));
        using var broken = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        _files.WritePair("server", broken);
        Look();

        Assert.Equal(old.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
        await rig.Gateway.WaitForLogAsync("a file of TLS has changed and cannot be used, what it held before stays in use: ");
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => TlsRig.StartAsync(Keys));
        Assert.Contains("server.pem", refused.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-183")]
    public async Task Authorities_of_clients_are_read_again()
    {
        using var next = new TestAuthority("Next");
        _files.WritePair("server", _authority.Issue(new TestCertificate()));
        _files.Write("ca.pem", _authority.Pem);
        await using var rig = await TlsRig.StartAsync($"{Keys},\"enable_mtls\":true,\"disable_system_ca_pool\":true,\"ca_certs\":[\"{_files["ca.pem"]}\"]", time: _time);
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = next.Issue(s_client) }), StringComparison.Ordinal);

        _files.Write("ca.pem", next.Pem);
        Look();

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller { Certificate = next.Issue(s_client) }), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1", await rig.GetAsync(new TlsCaller { Certificate = _authority.Issue(s_client) }), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-183", "CFG-189")]
    public async Task Certificates_and_authorities_towards_backends_are_read_again_for_new_connections()
    {
        using var next = new TestAuthority("Next");
        X509Certificate2[] clients = [_authority.Issue(s_client), _authority.Issue(s_client)];
        _files.WritePair("client", clients[0]);
        _files.Write("ca.pem", _authority.Pem);
        await using var first = new TlsUpstream(_authority.Issue(new TestCertificate()));
        await using var second = new TlsUpstream(next.Issue(new TestCertificate()));
        await using var gateway = await TestGateway.StartAsync($$"""
            {"version":3,"disable_keep_alives":true,"client_tls":{"ca_certs":["{{_files["ca.pem"]}}"],"client_certs":[{{_files.ClientCert("client")}}]},"endpoints":[
            {"endpoint":"/first","backend":[{"host":["{{first.Url}}"],"url_pattern":"/"}]},{"endpoint":"/second","backend":[{"host":["{{second.Url}}"],"url_pattern":"/"}]}]}
            """, "", new TestGatewayOptions { Time = _time });
        Assert.Equal(200, await StatusAsync(gateway, "/first"));
        Assert.Equal(500, await StatusAsync(gateway, "/second"));

        _files.Write("ca.pem", next.Pem);
        _files.WritePair("client", clients[1]);
        Look();

        Assert.Equal(500, await StatusAsync(gateway, "/first"));
        Assert.Equal(200, await StatusAsync(gateway, "/second"));
        Assert.Equal(clients[0].Thumbprint, first.Shown[0]);
        Assert.Equal(clients[1].Thumbprint, second.Shown[^1]);
    }

    private static async Task<int> StatusAsync(TestGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(path);
        return (int)response.StatusCode;
    }

    /// <summary>Two looks at the files: one sees that they have changed, the next that they are still.</summary>
    private void Look()
    {
        Assert.True(_time.Turn(s_period));
        Assert.True(_time.Turn(s_period));
    }
}
