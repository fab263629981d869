using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Gcp;

/// <summary>The value of <c>auth/gcp</c>. Source: reference page "enterprise_authentication_gcloud"; AUT-138 to AUT-143.</summary>
public sealed class GcpSettings
{
    /// <summary>Where it was read.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>For whom the token is: mostly the URL of the backend's host.</summary>
    [ConfigRequired]
    public string Audience { get; init; } = "";

    /// <summary>File with the key of the service account.</summary>
    public string CredentialsFile { get; init; } = "";

    /// <summary>The key of the service account itself, in place of a file.</summary>
    public ConfigNode? CredentialsJson { get; init; }

    /// <summary>Further claims of the assertion that the token is asked for with. Only with the key of a service account.</summary>
    public ConfigNode? CustomClaims { get; init; }

    /// <summary>Header that takes the token in place of <c>Authorization</c>, which then stays the client's.</summary>
    [ConfigName("s2s_auth_header")]
    public string HeaderName { get; init; } = "";
}
