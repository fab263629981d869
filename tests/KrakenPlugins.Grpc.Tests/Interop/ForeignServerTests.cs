using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>Our client against servers of other implementations, over TCP and over a Unix socket.</summary>
public sealed class ForeignServerTests(ForeignServers servers) : IClassFixture<ForeignServers>
{
    public static TheoryData<string, string> Cases() => ForeignClientTests.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    [Spec("GRP-002")]
    public async Task Our_client_gets_from_a_foreign_server_what_the_interoperability_cases_say(string language, string name) =>
        await InteropClient.Cases[name](servers.Channel(language)).InTime();

    [Theory]
    [InlineData("js")]
    [InlineData("python")]
    [Spec("GRP-032")]
    public async Task A_foreign_server_sees_that_our_client_cancelled(string language)
    {
        var (peer, address) = await ForeignPeer.ServeAsync(language);
        await using var server = peer;
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = address });

        await InteropClient.Cases["cancel_after_first_response"](channel).InTime();

        Assert.Equal("cancelled", await peer.LineAsync());
    }

    // Of the two only grpcio compresses as a server.
    [Fact]
    [Spec("GRP-042")]
    public async Task Compressed_answers_of_a_foreign_server_are_read()
    {
        var socket = Path.Combine(Directory.CreateTempSubdirectory("grpc").FullName, "s");
        var (peer, address) = await ForeignPeer.ServeAsync("python", socket, mode: "gzip");
        await using var server = peer;
        using var link = new CountedLink(socket);
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = address, Connect = link.ConnectAsync });

        var reply = await channel.CallAsync(InteropService.UnaryCall, new OutputRequest(0, new Part(314159))).InTime();

        Assert.Equal(314159, reply.Require().Payload);
        Assert.InRange(link.BytesRead, 1, 20_000);
        Directory.Delete(Path.GetDirectoryName(socket)!, recursive: true);
    }

    [Fact]
    [Spec("GRP-006")]
    public async Task Calls_go_over_TLS_to_whom_the_client_trusts()
    {
        var folder = Directory.CreateTempSubdirectory("grpc").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        var (peer, address) = await ForeignPeer.ServeAsync("python", mode: folder);
        await using var server = peer;
        var trusting = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
        };
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = address.Replace("http:", "https:", StringComparison.Ordinal), Tls = trusting });
        using var doubting = new GrpcChannel(new GrpcChannelOptions { Address = address.Replace("http:", "https:", StringComparison.Ordinal) });

        await InteropClient.Cases["ping_pong"](channel).InTime();
        var refused = await doubting.CallAsync(InteropService.EmptyCall, new Empty()).InTime();

        Assert.Equal(GrpcStatusCode.Unavailable, refused.Status.Code);
        Assert.StartsWith("no TLS with the server: ", refused.Status.Detail, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}

public sealed class ForeignServers : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _peers = [];
    private readonly Dictionary<string, GrpcChannel> _channels = [];

    public GrpcChannel Channel(string language) => _channels[language];

    public async Task InitializeAsync()
    {
        foreach (var language in (string[])["js", "python"])
        {
            var (peer, address) = await ForeignPeer.ServeAsync(language);
            _peers.Add(peer);
            _channels[language] = new GrpcChannel(new GrpcChannelOptions { Address = address });
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
        foreach (var peer in _peers)
            await peer.DisposeAsync();
    }
}
