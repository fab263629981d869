using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Configuration;
using Gateway.Core.Tls;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Transport.Tls;

/// <summary>
/// TLS towards the backends of one <c>client_tls</c>. Certificates and authorities are read again when their files change, for
/// connections from then on. Source: reference page "service-settings_tls".
/// </summary>
internal sealed partial class BackendTls : IDisposable
{
    private const string Prefix = "[SERVICE: HTTP Client]";

    private readonly TlsClientConfig _config;
    private readonly CipherSuitesPolicy? _suites;
    private readonly TlsFiles _files;
    // Made with the first handshake: most gateways start without any, and the platform's cryptography is slow to load.
    private volatile Credentials? _credentials;

    /// <summary>Reads the files; those that cannot be read are logged and left out (CFG-188, CFG-189).</summary>
    public BackendTls(TlsClientConfig config, TimeProvider time, ILogger logger)
    {
        _config = config;
        _suites = TlsSuites.PolicyOf(config.Protocol);
        _files = new TlsFiles(Prefix, config.ClientCerts, config.AllowInsecureConnections ? [] : config.CaCerts, time, () => logger);
        foreach (var pair in _files.Pairs)
        {
            if (pair.Refresh() is { } error)
                Log.NoCertificate(logger, Prefix, pair.Paths[0], pair.Paths[1], error);
            else
                _files.CheckValidity(pair);
        }
        _files.ReadAuthorities();
        if (config.AllowInsecureConnections)
            Log.InsecureConnections(logger, Prefix);
        if (config != TlsClientConfig.Default)
            Log.Versions(logger, Prefix, VersionNames(config.Protocol.Versions));
        _files.Watch(() => _credentials = Read());
    }

    /// <summary>Options of one handshake.</summary>
    /// <param name="host">Name or address of the backend.</param>
    /// <param name="verdict">Takes what is decided about the backend's certificate.</param>
    public SslClientAuthenticationOptions OptionsFor(string host, out BackendVerdict verdict)
    {
        var credentials = _credentials ??= Read();
        verdict = new BackendVerdict(_config.AllowInsecureConnections ? null : credentials.Authorities, host.TrimEnd('.'));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = verdict.Host,
            EnabledSslProtocols = _config.Protocol.Versions,
            CipherSuitesPolicy = _suites,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = credentials.Authorities.Policy(),
            RemoteCertificateValidationCallback = verdict.Decide,
        };
        if (credentials.Context is not null)
            options.ClientCertificateContext = credentials.Context;
        else if (credentials.Certificates is not null)
            (options.ClientCertificates, options.LocalCertificateSelectionCallback) = (credentials.Certificates, credentials.Choose);
        return options;
    }

    /// <summary>Ends the watch over the files.</summary>
    public void Dispose() => _files.Dispose();

    private Credentials Read() => new(
        new TrustPool(_files.AllAuthorities(), !_config.DisableSystemCaPool),
        [.. _files.Pairs.Where(static pair => pair.Value is not null).Select(static pair => pair.Value!)]);

    private static string VersionNames(SslProtocols versions) => versions switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => "TLS 1.2 and 1.3",
    };

    /// <summary>What handshakes use, as the files were at one time.</summary>
    private sealed class Credentials
    {
        public Credentials(TrustPool authorities, KeyPair[] pairs)
        {
            Authorities = authorities;
            if (pairs is [var only])
                Context = SslStreamCertificateContext.Create(only.Certificate, only.Issuers, offline: true);
            else if (pairs.Length > 1)
                Certificates = [.. pairs.Select(static pair => pair.Certificate)];
        }

        public TrustPool Authorities { get; }

        /// <summary>The only certificate, with what signed it.</summary>
        public SslStreamCertificateContext? Context { get; }

        /// <summary>Several certificates; the platform then sends the one that is chosen without what signed it.</summary>
        public X509CertificateCollection? Certificates { get; }

        /// <summary>The first certificate that was issued by whom the backend accepts, or the first one (AUT-136).</summary>
        public X509Certificate Choose(object sender, string targetHost, X509CertificateCollection certificates, X509Certificate? remote, string[] issuers)
        {
            // Asked before the backend has said whom it accepts; without an answer the platform asks again.
            if (remote is null)
                return null!;
            foreach (var certificate in Certificates!)
            {
                if (Array.IndexOf(issuers, certificate.Issuer) >= 0)
                    return certificate;
            }
            return Certificates[0];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix} Cannot load client certificate {Certificate}, {Key}: {Reason}")]
        public static partial void NoCertificate(ILogger logger, string prefix, string certificate, string key, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix} certificates of backends are not verified (allow_insecure_connections)")]
        public static partial void InsecureConnections(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix} client_tls: {Versions} towards backends")]
        public static partial void Versions(ILogger logger, string prefix, string versions);
    }
}

/// <summary>What was decided about the certificate of one backend.</summary>
/// <param name="authorities">Who may sign backends; <see langword="null"/> for anybody.</param>
/// <param name="host">Whom the certificate must be for.</param>
internal sealed class BackendVerdict(TrustPool? authorities, string host)
{
    /// <summary>Name or address of the backend.</summary>
    public string Host { get; } = host;

    /// <summary>Why the backend was refused.</summary>
    public string? Reason { get; private set; }

    public bool Decide(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (authorities is null)
            return true;
        if (certificate is not X509Certificate2 shown || chain is null)
        {
            Reason = "the backend showed no certificate";
            return false;
        }
        if (!authorities.Trusts(shown, chain, errors, out var reason))
            Reason = reason;
        else if (!shown.MatchesHostname(Host, allowWildcards: true, allowCommonName: false))
            Reason = NameMismatch(shown);
        return Reason is null;
    }

    private string NameMismatch(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static list => list.EnumerateDnsNames().Concat(list.EnumerateIPAddresses().Select(static address => address.ToString())))
            .Take(10);
        var list = string.Join(", ", names);
        return list.Length == 0
            ? $"x509: certificate has no subject alternative names, and is not valid for {Host}"
            : $"x509: certificate is valid for {list}, not {Host}";
    }
}
