using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.ClientCredentials;

/// <summary>The value of <c>auth/client-credentials</c>. Source: reference page "authorization_client-credentials"; AUT-114 to AUT-124.</summary>
public sealed class ClientCredentialsSettings
{
    /// <summary>Where it was read.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>Id of the gateway at the provider.</summary>
    [ConfigRequired]
    public string ClientId { get; init; } = "";

    /// <summary>Secret of the gateway at the provider.</summary>
    [ConfigRequired]
    public string ClientSecret { get; init; } = "";

    /// <summary>URL of the token endpoint.</summary>
    [ConfigRequired]
    public string TokenUrl { get; init; } = "";

    /// <summary>Scopes to ask for, separated by commas.</summary>
    public string Scopes { get; init; } = "";

    /// <summary>Further fields of the token request. A list repeats the field; <c>grant_type</c> replaces the usual one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> EndpointParams { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Whether the whole object is ignored.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>The scopes as the request has them: separated by spaces (AUT-116).</summary>
    internal string ScopeField => string.Join(' ', Scopes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
