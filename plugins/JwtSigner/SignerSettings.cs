using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JwtSigner;

/// <summary>Value of <c>auth/signer</c>. Source: reference page "authorization_jwt-signing"; AUT-058 to AUT-066.</summary>
public sealed class SignerSettings : JwkOrigin
{
    /// <summary>Algorithm of the signatures.</summary>
    [ConfigRequired]
    [ConfigValues("EdDSA", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")]
    public string Alg { get; init; } = "";

    /// <summary>The key of the set to sign with; it stands in the tokens' header.</summary>
    [ConfigRequired]
    public string Kid { get; init; } = "";

    /// <summary>Fields of the answer, on its first level, that hold the objects to sign.</summary>
    [ConfigRequired]
    public IReadOnlyList<string> KeysToSign { get; init; } = [];

    /// <summary>Whether the tokens are in JSON form instead of the compact one.</summary>
    public bool Full { get; init; }

    /// <summary>Value of <c>typ</c> in the tokens' header.</summary>
    public string Typ { get; init; } = "JWT";

    /// <summary>Accepted, without effect: an issuer has no use for it.</summary>
    public string? Leeway { get; init; }

    /// <summary>Where the settings stand.</summary>
    public ConfigSource? Source { get; init; }
}
