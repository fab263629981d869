using System.Net.Security;
using System.Security.Authentication;

namespace Gateway.Core.Configuration;

/// <summary>
/// The <c>tls</c> of the service. Equal settings are equal values, so that a reload can tell whether the listener must change; what
/// stands in the files is no part of it. Source: reference page "service-settings_tls".
/// </summary>
public sealed record TlsServerConfig
{
    /// <summary>Versions and cipher suites.</summary>
    public TlsProtocolConfig Protocol { get; init; } = TlsProtocolConfig.Strict;
    /// <summary>Key pairs in file order, the one of the old attributes last; at least one.</summary>
    public ValueList<KeyPairFiles> Keys { get; init; } = [];
    /// <summary>Whether every client must show a certificate.</summary>
    public bool EnableMtls { get; init; }
    /// <summary>PEM files of authorities that sign clients.</summary>
    public ValueList<string> CaCerts { get; init; } = [];
    /// <summary>Whether the authorities of the system sign no clients.</summary>
    public bool DisableSystemCaPool { get; init; }
}

/// <summary>
/// <c>client_tls</c>, of the service or of one backend. Equal settings are equal values: only backends with equal ones share connections.
/// </summary>
public sealed record TlsClientConfig
{
    /// <summary>What holds without <c>client_tls</c>: the system's authorities, TLS 1.2 and 1.3 (CFG-185).</summary>
    public static TlsClientConfig Default { get; } = new() { Protocol = TlsProtocolConfig.Platform };

    /// <summary>Versions and cipher suites.</summary>
    public TlsProtocolConfig Protocol { get; init; } = TlsProtocolConfig.Strict;
    /// <summary>Whether the backend's certificate does not matter.</summary>
    public bool AllowInsecureConnections { get; init; }
    /// <summary>PEM files of authorities that sign backends.</summary>
    public ValueList<string> CaCerts { get; init; } = [];
    /// <summary>Whether the authorities of the system sign no backends.</summary>
    public bool DisableSystemCaPool { get; init; }
    /// <summary>Certificates for backends that ask for one.</summary>
    public ValueList<KeyPairFiles> ClientCerts { get; init; } = [];
}

/// <summary>Versions and cipher suites of one side of a connection.</summary>
public sealed record TlsProtocolConfig
{
    /// <summary>TLS 1.3 with its three suites, the language's default.</summary>
    public static TlsProtocolConfig Strict { get; } = new()
    {
        Versions = SslProtocols.Tls13,
        CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256],
    };

    /// <summary>TLS 1.2 and 1.3 with the suites of the platform.</summary>
    public static TlsProtocolConfig Platform { get; } = new() { Versions = SslProtocols.Tls12 | SslProtocols.Tls13 };

    /// <summary>Versions that are spoken: TLS 1.2, TLS 1.3 or both.</summary>
    public required SslProtocols Versions { get; init; }

    /// <summary>Suites that are offered, all of them known to the platform; empty for the platform's default.</summary>
    public ValueList<TlsCipherSuite> CipherSuites { get; init; } = [];
}

/// <summary>A certificate and its key.</summary>
/// <param name="Certificate">PEM file with the certificate first and what signed it behind; relative to the working directory.</param>
/// <param name="PrivateKey">PEM file with the key.</param>
public sealed record KeyPairFiles(string Certificate, string PrivateKey);
