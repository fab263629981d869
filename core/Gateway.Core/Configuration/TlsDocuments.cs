using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The root's <c>tls</c>. Source: reference page "service-settings_tls".</summary>
[ConfigIgnoreCase]
[ConfigHint("allow_insecure_connections", "it is about backends: \"client_tls\"")]
[ConfigHint("client_certs", "certificates for backends belong into \"client_tls\"; those that clients must be signed by are \"ca_certs\"")]
internal sealed class TlsDocument
{
    public ConfigSource Source { get; init; } = null!;
    public IReadOnlyList<TlsKeyDocument> Keys { get; init; } = [];
    public bool Disabled { get; init; }
    [ConfigValues("SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13")]
    public string MinVersion { get; init; } = "TLS13";
    [ConfigValues("SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13")]
    public string MaxVersion { get; init; } = "TLS13";
    public IReadOnlyList<int> CipherSuites { get; init; } = [];
    public IReadOnlyList<int> CurvePreferences { get; init; } = [];
    public bool EnableMtls { get; init; }
    public IReadOnlyList<string> CaCerts { get; init; } = [];
    public bool DisableSystemCaPool { get; init; }
    public string PublicKey { get; init; } = "";
    public string PrivateKey { get; init; } = "";
    public bool PreferServerCipherSuites { get; init; }
}

/// <summary>One of <c>tls.keys</c>.</summary>
[ConfigIgnoreCase]
internal sealed class TlsKeyDocument
{
    public ConfigSource Source { get; init; } = null!;
    public string PublicKey { get; init; } = "";
    public string PrivateKey { get; init; } = "";
}

/// <summary><c>client_tls</c>, of the root or of a backend.</summary>
[ConfigIgnoreCase]
[ConfigHint("enable_mtls", "it is about clients: \"tls\"; the gateway shows certificates to backends with \"client_certs\"")]
[ConfigHint("keys", "certificates for backends are \"client_certs\"")]
internal sealed class ClientTlsDocument
{
    public ConfigSource Source { get; init; } = null!;
    public bool AllowInsecureConnections { get; init; }
    public IReadOnlyList<string> CaCerts { get; init; } = [];
    public bool DisableSystemCaPool { get; init; }
    public IReadOnlyList<ClientCertDocument> ClientCerts { get; init; } = [];
    [ConfigValues("SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13")]
    public string MinVersion { get; init; } = "TLS13";
    [ConfigValues("SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13")]
    public string MaxVersion { get; init; } = "TLS13";
    public IReadOnlyList<int> CipherSuites { get; init; } = [];
    public IReadOnlyList<int> CurvePreferences { get; init; } = [];
}

/// <summary>One of <c>client_tls.client_certs</c>.</summary>
[ConfigIgnoreCase]
internal sealed class ClientCertDocument
{
    [ConfigRequired]
    public string Certificate { get; init; } = "";
    [ConfigRequired]
    public string PrivateKey { get; init; } = "";
}
