using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Turns <c>tls</c> and <c>client_tls</c> into their settings. The files are read when the settings are used.</summary>
internal sealed class TlsLoader(ConfigDiagnostics diagnostics)
{
    /// <summary>The listener's settings; <see langword="null"/> for clear text.</summary>
    public TlsServerConfig? Server(TlsDocument? tls)
    {
        if (tls is null || tls.Disabled)
            return null;
        if (tls.PreferServerCipherSuites)
            tls.Source.Notice(diagnostics, "prefer_server_cipher_suites", "it has no effect; remove it");
        if (tls.EnableMtls && tls.DisableSystemCaPool && tls.CaCerts.Count == 0)
            tls.Source.Warning(diagnostics, "disable_system_ca_pool", "without the system's authorities and without \"ca_certs\" only clients with the gateway's own certificates may enter");
        if (!tls.EnableMtls && tls.CaCerts.Count > 0)
            tls.Source.Warning(diagnostics, "ca_certs", "they are for certificates of clients, which nobody asks for without \"enable_mtls\": true");
        var protocol = new TlsProtocolLoader(tls.Source, diagnostics).Load(tls.MinVersion, tls.MaxVersion, tls.CipherSuites, tls.CurvePreferences);
        return new TlsServerConfig
        {
            Protocol = protocol,
            Keys = Keys(tls),
            EnableMtls = tls.EnableMtls,
            CaCerts = [.. tls.CaCerts],
            DisableSystemCaPool = tls.DisableSystemCaPool,
        };
    }

    /// <summary>Settings towards backends; <see langword="null"/> when there are none.</summary>
    public TlsClientConfig? Client(ClientTlsDocument? tls)
    {
        if (tls is null)
            return null;
        var protocol = new TlsProtocolLoader(tls.Source, diagnostics).Load(tls.MinVersion, tls.MaxVersion, tls.CipherSuites, tls.CurvePreferences);
        return new TlsClientConfig
        {
            Protocol = protocol,
            AllowInsecureConnections = tls.AllowInsecureConnections,
            CaCerts = [.. tls.CaCerts],
            DisableSystemCaPool = tls.DisableSystemCaPool,
            ClientCerts = [.. tls.ClientCerts.Select(static pair => new KeyPairFiles(pair.Certificate, pair.PrivateKey))],
        };
    }

    private ValueList<KeyPairFiles> Keys(TlsDocument tls)
    {
        var keys = new List<KeyPairFiles>();
        foreach (var key in tls.Keys)
            Add(keys, key.Source, key.PublicKey, key.PrivateKey);
        if (tls.PublicKey.Length > 0 || tls.PrivateKey.Length > 0)
        {
            tls.Source.Notice(diagnostics, tls.PublicKey.Length > 0 ? "public_key" : "private_key", "the key pair moved into \"keys\"; it still works here");
            Add(keys, tls.Source, tls.PublicKey, tls.PrivateKey);
        }
        else if (tls.Keys.Count == 0)
        {
            tls.Source.Error(diagnostics, "keys", "public key not defined; expected at least one pair of files, as in [{ \"public_key\": \"cert.pem\", \"private_key\": \"key.pem\" }]");
        }
        return [.. keys];
    }

    private void Add(List<KeyPairFiles> keys, ConfigSource source, string certificate, string privateKey)
    {
        if (certificate.Length == 0)
            source.Error(diagnostics, "public_key", "public key not defined; expected the name of a PEM file");
        if (privateKey.Length == 0)
            source.Error(diagnostics, "private_key", "private key not defined; expected the name of a PEM file");
        keys.Add(new(certificate, privateKey));
    }
}
