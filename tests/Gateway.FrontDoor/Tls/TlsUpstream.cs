using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;

namespace Gateway.FrontDoor.Tls;

/// <summary>A backend with TLS that answers everything, asks for a certificate of its client and takes any.</summary>
internal sealed class TlsUpstream : IAsyncDisposable
{
    private readonly RawUpstream _upstream;
    private readonly ConcurrentQueue<string> _shown = new();

    /// <param name="certificate">What it shows.</param>
    /// <param name="versions">Versions that it speaks.</param>
    /// <param name="issuers">Whom it names as issuers that it accepts; it then demands a certificate.</param>
    public TlsUpstream(X509Certificate2 certificate, SslProtocols versions = SslProtocols.None, X509Certificate2Collection? issuers = null)
    {
        var trust = issuers is null ? null : SslCertificateTrust.CreateForX509Collection(issuers, sendTrustInHandshake: true);
        _upstream = new RawUpstream(AnswerAsync, new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true, trust),
            EnabledSslProtocols = versions,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
            {
                if (shown is X509Certificate2 known)
                    _shown.Enqueue(known.Thumbprint);
                return issuers is null || shown is not null;
            },
        });
    }

    /// <summary><c>https://localhost:port</c>.</summary>
    public string Url => $"https://localhost:{_upstream.Port}";

    /// <summary>Port that it listens on.</summary>
    public int Port => _upstream.Port;

    /// <summary>Thumbprints of the certificates of its clients, one for each handshake that showed one.</summary>
    public IReadOnlyList<string> Shown => [.. _shown];

    /// <summary>The connections that were made, handshakes that failed not included.</summary>
    public IReadOnlyList<RawConnection> Connections => _upstream.Connections;

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static async Task AnswerAsync(RawConnection connection)
    {
        while (await connection.ReadRequestAsync() is not null)
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":1}");
    }
}
