using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.ClientCertificate;

/// <summary>The value of <c>auth/client-certificate</c>.</summary>
internal sealed class ClientCertificateSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>What the headers of a request say of the certificate, by name of the header.</summary>
    [ConfigValues("subject", "common_name", "issuer", "serial", "fingerprint", "dns_names", "uris", "emails", "not_after")]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Subjects that are let in, as RFC 4514 writes them.</summary>
    public IReadOnlyList<string> AllowedSubjects { get; init; } = [];

    /// <summary>Alternative names that are let in.</summary>
    public IReadOnlyList<string> AllowedNames { get; init; } = [];

    /// <summary>SHA-256 fingerprints that are let in.</summary>
    public IReadOnlyList<string> AllowedFingerprints { get; init; } = [];
}
