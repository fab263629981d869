using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Jose;

/// <summary>Where a key set comes from: attributes that <c>auth/validator</c> and <c>auth/signer</c> share; their settings derive from it.</summary>
public class JwkOrigin
{
    /// <summary>URL of the key set: <c>https://</c>, unless <see cref="DisableJwkSecurity"/>.</summary>
    public string? JwkUrl { get; init; }

    /// <summary>File with the key set; wins over <see cref="JwkUrl"/>.</summary>
    public string? JwkLocalPath { get; init; }

    /// <summary>Key that decrypts <see cref="CypherKey"/>: <c>base64key://</c>, <c>awskms://</c>, <c>azurekeyvault://</c>, <c>gcpkms://</c> or <c>hashivault://</c> (AUT-045, AUT-046).</summary>
    public string? SecretUrl { get; init; }

    /// <summary>Encrypted passphrase of the file, standard base64 (AUT-044).</summary>
    public string? CypherKey { get; init; }

    /// <summary>SHA-256 of public keys (DER) of which the server's certificate chain must have one, base64 (AUT-031).</summary>
    public IReadOnlyList<string> JwkFingerprints { get; init; } = [];

    /// <summary>PEM file with certificate authorities that are trusted beside the system's.</summary>
    public string? JwkLocalCa { get; init; }

    /// <summary>TLS 1.2 cipher suites by number; those of TLS 1.3 are always there.</summary>
    public IReadOnlyList<int> CipherSuites { get; init; } = [49199, 49195, 49200, 49196, 52392, 52393];

    /// <summary>Allows plain HTTP, and HTTPS without verified certificates.</summary>
    public bool DisableJwkSecurity { get; init; }

    /// <summary>Whether keys come from the URL, not from a file.</summary>
    [ConfigIgnore]
    public bool IsRemote => string.IsNullOrEmpty(JwkLocalPath);

    /// <summary>Whether the URL may not be used as it is: it is not <c>https://</c> and security is not disabled (AUT-024).</summary>
    [ConfigIgnore]
    public bool IsRefused => IsRemote && !DisableJwkSecurity && JwkUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) != true;
}
