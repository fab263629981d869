using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Configuration;
using Gateway.Core.Tls;

namespace Gateway.Core.Server.Tls;

/// <summary>What handshakes of the listener use, made from the files as they were at one time. Immutable.</summary>
internal sealed class ServerCredentials
{
    private static readonly List<SslApplicationProtocol> s_protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly TlsServerConfig _config;
    private readonly KeyPair[] _pairs;
    private readonly SslStreamCertificateContext[] _contexts;
    private readonly CipherSuitesPolicy? _suites;
    private readonly TrustPool? _clients;

    public ServerCredentials(TlsServerConfig config, KeyPair[] pairs, X509Certificate2Collection authorities)
    {
        _config = config;
        _pairs = pairs;
        _suites = TlsSuites.PolicyOf(config.Protocol);
        if (config.EnableMtls)
        {
            // Setups with one self-signed certificate on both sides rely on it. What stands behind it in the file may be a public
            // authority, which signs anybody.
            var anchors = new X509Certificate2Collection(authorities);
            foreach (var pair in pairs)
                anchors.Add(pair.Certificate);
            _clients = new TrustPool(anchors, !config.DisableSystemCaPool);
        }
        // Names the authorities to clients that have several certificates to choose from; those of the system are too many.
        var named = config is { EnableMtls: true, DisableSystemCaPool: true } && authorities.Count > 0 && !OperatingSystem.IsWindows()
            ? SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: true)
            : null;
        _contexts = [.. pairs.Select(pair => SslStreamCertificateContext.Create(pair.Certificate, pair.Issuers, offline: true, named))];
    }

    /// <summary>Versions that are spoken.</summary>
    public SslProtocols Versions => _config.Protocol.Versions;

    /// <summary>Options of one handshake.</summary>
    /// <param name="hello">What the client said, as far as it could be read.</param>
    /// <param name="verdict">Takes what is decided about the client's certificate.</param>
    public SslServerAuthenticationOptions OptionsFor(ClientHello? hello, ClientVerdict verdict)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _contexts[Choose(hello)],
            EnabledSslProtocols = _config.Protocol.Versions,
            CipherSuitesPolicy = _suites,
            ApplicationProtocols = s_protocols,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (_clients is null)
            return options;
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = _clients.Policy();
        options.RemoteCertificateValidationCallback = verdict.Decide;
        // A session that is taken up again carries the certificate but not what signed it, which could not be checked again.
        options.AllowTlsResume = false;
        verdict.Clients = _clients;
        return options;
    }

    /// <summary>The pair for the host and for what the client can do; failing that, any that it can do; failing that, the first (CFG-176).</summary>
    private int Choose(ClientHello? hello)
    {
        if (hello is null || _pairs.Length == 1)
            return 0;
        var usable = -1;
        for (var i = 0; i < _pairs.Length; i++)
        {
            if (!hello.CanUse(_pairs[i].Kind, _config.Protocol.Versions))
                continue;
            if (hello.ServerName is { } host && _pairs[i].IsFor(host))
                return i;
            usable = usable < 0 ? i : usable;
        }
        return Math.Max(usable, 0);
    }
}

/// <summary>What was decided about the certificate of one client.</summary>
internal sealed class ClientVerdict
{
    /// <summary>Who may sign clients; <see langword="null"/> when they are not asked for a certificate.</summary>
    public TrustPool? Clients { get; set; }

    /// <summary>Why the client was refused.</summary>
    public string? Reason { get; private set; }

    public bool Decide(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown || chain is null)
        {
            Reason = "client didn't provide a certificate";
            return false;
        }
        if (Clients!.Trusts(shown, chain, errors, out var reason))
            return true;
        Reason = $"failed to verify client certificate: {reason}";
        return false;
    }
}
