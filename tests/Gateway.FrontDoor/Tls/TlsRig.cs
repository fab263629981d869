using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;

namespace Gateway.FrontDoor.Tls;

/// <summary>How a client of a test speaks TLS; it takes any certificate and remembers it.</summary>
internal sealed record TlsCaller
{
    public SslProtocols Versions { get; init; } = SslProtocols.None;
    public IReadOnlyList<TlsCipherSuite> Suites { get; init; } = [];
    public string Name { get; init; } = "localhost";
    public X509Certificate2? Certificate { get; init; }
    public X509Certificate2Collection Issuers { get; init; } = [];
    public IReadOnlyList<SslApplicationProtocol> Protocols { get; init; } = [];

    public SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = Name,
        EnabledSslProtocols = Versions,
        CipherSuitesPolicy = Suites.Count > 0 && !OperatingSystem.IsWindows() ? new CipherSuitesPolicy(Suites) : null,
        ApplicationProtocols = Protocols.Count > 0 ? [.. Protocols] : null,
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        ClientCertificateContext = Certificate is null ? null : SslStreamCertificateContext.Create(Certificate, Issuers, offline: true),
        AllowTlsResume = false,
    };
}

/// <summary>A gateway with TLS in front of one upstream, and clients for it.</summary>
internal sealed class TlsRig : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private TlsRig(TestGateway gateway, Upstream upstream)
    {
        Gateway = gateway;
        Upstream = upstream;
    }

    public TestGateway Gateway { get; }

    public Upstream Upstream { get; }

    /// <summary>A gateway that serves <c>/a</c>.</summary>
    /// <param name="tls">Members of <c>tls</c>.</param>
    /// <param name="root">Members of the root, each with a comma behind it.</param>
    /// <param name="time">Clock of the gateway.</param>
    public static async Task<TlsRig> StartAsync(string tls, string root = "", TimeProvider? time = null)
    {
        var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"id":1}""");
        upstream.AnswerAfter(TimeSpan.FromMilliseconds(1500), "/slow", """{"late":true}""");
        try
        {
            var gateway = await TestGateway.StartAsync(
                $$$"""{"version":3,{{{root}}}"tls":{{{{tls}}}},"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]},{"endpoint":"/slow","timeout":"10s","backend":[{"url_pattern":"/slow"}]}]}""",
                upstream.Host,
                new TestGatewayOptions { Time = time ?? TimeProvider.System });
            return new TlsRig(gateway, upstream);
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a TLS connection; throws what the handshake throws. With TLS 1.3 a refusal of the client comes with the first read.</summary>
    public async Task<SslStream> ConnectAsync(TlsCaller caller)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Gateway.Port).WaitAsync(s_limit);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(caller.Options()).WaitAsync(s_limit);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>One request over a connection of its own: the answer with its head, or what went wrong.</summary>
    public async Task<string> GetAsync(TlsCaller caller, string path = "/a")
    {
        try
        {
            await using var tls = await ConnectAsync(caller);
            await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(tls, System.Text.Encoding.Latin1);
            var answer = await reader.ReadToEndAsync().WaitAsync(s_limit);
            return answer.Length == 0 ? "closed" : answer;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return $"failed: {exception.GetBaseException().Message}";
        }
    }

    /// <summary>The certificate that a caller is shown.</summary>
    public async Task<string> ShownToAsync(TlsCaller caller)
    {
        await using var tls = await ConnectAsync(caller);
        return tls.RemoteCertificate!.GetCertHashString();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
