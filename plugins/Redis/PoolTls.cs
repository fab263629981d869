using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Redis;

/// <summary>TLS towards the servers of a pool. Its files are read with every handshake, so that renewed certificates are used.</summary>
internal sealed class PoolTls
{
    private static readonly string[] s_versions = ["SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13"];

    private readonly TlsSettings _settings;
    private readonly SslProtocols _versions;

    private PoolTls(TlsSettings settings, SslProtocols versions)
    {
        _settings = settings;
        _versions = versions;
    }

    /// <summary>Checks the settings and reads their files once.</summary>
    /// <returns><see langword="null"/> after an error was reported.</returns>
    public static PoolTls? Load(TlsSettings settings, ConfigDiagnostics diagnostics)
    {
        var source = settings.Source!;
        var (first, last) = (Array.IndexOf(s_versions, settings.MinVersion), Array.IndexOf(s_versions, settings.MaxVersion));
        if (last < 3 || first > last)
        {
            source.Error(diagnostics, last < 3 ? "max_version" : "min_version", $"no version is left between {settings.MinVersion} and {settings.MaxVersion}; expected TLS12 or TLS13");
            return null;
        }
        if (settings.CurvePreferences.Count > 0)
            source.Warning(diagnostics, "curve_preferences", "has no effect: the platform's TLS library offers P-256, P-384, P-521 and X25519");
        if (settings.CipherSuites.Count > 0 && OperatingSystem.IsWindows())
        {
            source.Error(diagnostics, "cipher_suites", "cipher suites cannot be chosen on Windows; remove the list");
            return null;
        }
        var tls = new PoolTls(settings, (first <= 3 ? SslProtocols.Tls12 : SslProtocols.None) | (last == 4 ? SslProtocols.Tls13 : SslProtocols.None));
        try
        {
            _ = tls.OptionsFor("localhost");
            return tls;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            diagnostics.Error(source.Node.Position, source.Path.ToString(), $"a certificate cannot be used: {failure.Message}");
            return null;
        }
    }

    /// <summary>Options of a handshake.</summary>
    public SslClientAuthenticationOptions OptionsFor(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = _versions,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (_settings.AllowInsecureConnections)
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        else if (_settings.CaCerts.Count > 0 || _settings.DisableSystemCaPool)
            options.CertificateChainPolicy = Trust();
        if (_settings.CipherSuites.Count > 0 && !OperatingSystem.IsWindows())
            options.CipherSuitesPolicy = new CipherSuitesPolicy(_settings.CipherSuites.Select(static number => (TlsCipherSuite)number));
        if (_settings.ClientCerts is [var only])
            options.ClientCertificateContext = SslStreamCertificateContext.Create(KeyPair(only), Issuers(only.Certificate), offline: true);
        else if (_settings.ClientCerts.Count > 1)
            (options.ClientCertificates, options.LocalCertificateSelectionCallback) = ([.. _settings.ClientCerts.Select(KeyPair)], Choose);
        return options;
    }

    private static X509Certificate2 KeyPair(ClientCertSettings pair) => X509Certificate2.CreateFromPemFile(pair.Certificate, pair.PrivateKey);

    // What stands behind the certificate itself.
    private static X509Certificate2Collection Issuers(string file)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(file);
        if (chain.Count > 0)
            chain.RemoveAt(0);
        return chain;
    }

    /// <summary>The first certificate that was issued by whom the server accepts, or the first one; sent without what signed it.</summary>
    private static X509Certificate Choose(object sender, string targetHost, X509CertificateCollection certificates, X509Certificate? remote, string[] issuers)
    {
        // Asked before the server has said whom it accepts; without an answer the platform asks again.
        if (remote is null)
            return null!;
        foreach (var certificate in certificates)
        {
            if (Array.IndexOf(issuers, certificate.Issuer) >= 0)
                return certificate;
        }
        return certificates[0];
    }

    private X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        foreach (var file in _settings.CaCerts)
            policy.CustomTrustStore.ImportFromPemFile(file);
        if (_settings.DisableSystemCaPool)
            return policy;
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        policy.CustomTrustStore.AddRange(system.Certificates);
        return policy;
    }
}
