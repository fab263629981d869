using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JwtValidator.Settings;

/// <summary><c>auth/validator</c> of an endpoint.</summary>
internal sealed class ValidatorSettings : JwkOrigin
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The only algorithm that is accepted.</summary>
    [ConfigRequired]
    [ConfigValues("EdDSA", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512")]
    public string Alg { get; init; } = "";

    /// <summary>Whether downloaded keys are kept.</summary>
    public bool Cache { get; init; }

    /// <summary>Seconds that they are kept.</summary>
    public long CacheDuration { get; init; }

    /// <summary>Time in which a key that was just not found causes no download; below one second it has no effect.</summary>
    public string FailedJwkKeyCooldown { get; init; } = "";

    /// <summary>Unknown key ids that may each cause a download within that time.</summary>
    public int FailedJwkKeyLimit { get; init; } = 1;

    /// <summary>How a token points to its key.</summary>
    [ConfigValues("", "kid", "x5t", "x5t#S256", "kid_x5t", Severity = ConfigSeverity.Warning)]
    public string KeyIdentifyStrategy { get; init; } = "kid";

    /// <summary>Time that keys are used beyond their own while no new ones can be had.</summary>
    public TimeSpan StaleKeysFor { get; init; }

    /// <summary>Required <c>iss</c>.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>Values that <c>aud</c> must have.</summary>
    public IReadOnlyList<string> Audience { get; init; } = [];

    /// <summary>Whether all of them must be there, or any.</summary>
    [ConfigValues("all", "any")]
    public string AudienceMatcher { get; init; } = "all";

    /// <summary>Several issuers with keys of their own.</summary>
    public IReadOnlyList<IssuerSettings> Issuers { get; init; } = [];

    /// <summary>Roles of which a token must have one.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Claim with the roles.</summary>
    public string RolesKey { get; init; } = "";

    /// <summary>Whether the dots of <see cref="RolesKey"/> are steps.</summary>
    public bool RolesKeyIsNested { get; init; }

    /// <summary>Required scopes.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Claim with the scopes.</summary>
    public string ScopesKey { get; init; } = "";

    /// <summary>Whether one scope suffices, or all are needed.</summary>
    [ConfigValues("", "any", "all", Severity = ConfigSeverity.Warning)]
    public string ScopesMatcher { get; init; } = "any";

    /// <summary>Claims of the first level that a token must have.</summary>
    public IReadOnlyList<string> RequiredClaims { get; init; } = [];

    /// <summary>Pairs of claim and header.</summary>
    public IReadOnlyList<ConfigNode> PropagateClaims { get; init; } = [];

    /// <summary>Whether each element of a list becomes a header line.</summary>
    public bool PropagateClaimsPreserveArray { get; init; }

    /// <summary>Header with the token.</summary>
    public string AuthHeaderName { get; init; } = "";

    /// <summary>Cookie with the token.</summary>
    public string CookieKey { get; init; } = "";

    /// <summary>Tolerance of clocks; whole seconds, at least one.</summary>
    public string Leeway { get; init; } = "";

    /// <summary>Whether requests without a token pass.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Whether refusals say why in <c>WWW-Authenticate</c>.</summary>
    public bool WwwAuthenticate { get; init; }

    /// <summary>Tokens whose signature is remembered; 0 for none.</summary>
    public int TokenCache { get; init; }

    /// <summary>Whether the log says why each request was refused.</summary>
    public bool OperationDebug { get; init; }
}

/// <summary>One of <c>issuers</c>.</summary>
internal sealed class IssuerSettings : JwkOrigin
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The <c>iss</c> of its tokens, compared byte for byte.</summary>
    [ConfigRequired]
    public string Issuer { get; init; } = "";

    /// <summary>Values that <c>aud</c> must have; those of the endpoint when there are none.</summary>
    public IReadOnlyList<string> Audience { get; init; } = [];
}

/// <summary><c>auth/validator</c> of the service.</summary>
internal sealed class SharedCacheSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Seconds that keys are kept for all endpoints with <c>cache</c>.</summary>
    public long SharedCacheDuration { get; init; }
}
