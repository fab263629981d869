using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Gateway.Core.Server.Tls;

/// <summary>What the server and plugins may know of a connection's TLS.</summary>
internal sealed class TlsFeature(SslStream tls, string? host) : ITlsConnectionFeature, ITlsApplicationProtocolFeature, ITlsHandshakeFeature
{
    private X509Certificate2? _clientCertificate = tls.RemoteCertificate as X509Certificate2;

    public X509Certificate2? ClientCertificate
    {
        get => _clientCertificate;
        set => _clientCertificate = value;
    }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = tls.NegotiatedApplicationProtocol.Protocol;

    public SslProtocols Protocol { get; } = tls.SslProtocol;

    public TlsCipherSuite? NegotiatedCipherSuite { get; } = tls.NegotiatedCipherSuite;

    public string HostName { get; } = host ?? "";

#pragma warning disable SYSLIB0058 // Part of the interface; the suite says it all.
    public CipherAlgorithmType CipherAlgorithm => tls.CipherAlgorithm;
    public int CipherStrength => tls.CipherStrength;
    public HashAlgorithmType HashAlgorithm => tls.HashAlgorithm;
    public int HashStrength => tls.HashStrength;
    public ExchangeAlgorithmType KeyExchangeAlgorithm => tls.KeyExchangeAlgorithm;
    public int KeyExchangeStrength => tls.KeyExchangeStrength;
#pragma warning restore SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(_clientCertificate);

    public void AddTo(IFeatureCollection features)
    {
        features.Set<ITlsConnectionFeature>(this);
        features.Set<ITlsApplicationProtocolFeature>(this);
        features.Set<ITlsHandshakeFeature>(this);
    }
}
