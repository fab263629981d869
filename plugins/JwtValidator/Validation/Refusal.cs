namespace KrakenPlugins.JwtValidator.Validation;

/// <summary>Why a request is refused.</summary>
internal enum Refusal
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It has no token.</summary>
    NoToken,

    /// <summary>It has several headers of which each may be the token.</summary>
    Ambiguous,

    /// <summary>The token is none that can be verified.</summary>
    Malformed,

    /// <summary>The token names another algorithm.</summary>
    Algorithm,

    /// <summary>The token's key is not known.</summary>
    UnknownKey,

    /// <summary>The keys could not be downloaded.</summary>
    NoKeys,

    /// <summary>The signature is wrong.</summary>
    Signature,

    /// <summary>The claims are no JSON object, or beyond a limit.</summary>
    Claims,

    /// <summary>The token is another issuer's.</summary>
    Issuer,

    /// <summary>The token is for others.</summary>
    Audience,

    /// <summary>The token has expired.</summary>
    Expired,

    /// <summary>The token is not valid yet.</summary>
    NotYet,

    /// <summary>The token was issued in the future.</summary>
    IssuedLater,

    /// <summary>A time is no number.</summary>
    BadTime,

    /// <summary>A claim that must be there is not.</summary>
    MissingClaim,

    /// <summary>A rejecter refused the token.</summary>
    Rejected,

    /// <summary>No role fits.</summary>
    Roles,

    /// <summary>Scopes are missing.</summary>
    Scopes,

    /// <summary>A claim cannot be a header.</summary>
    HeaderValue,

    /// <summary>The client left while its keys were waited for.</summary>
    Abandoned,
}

/// <summary>What refusals look like to people and clients.</summary>
internal static class Refusals
{
    private static readonly string[] s_texts =
    [
        "",
        "token not found",
        "more than one token header",
        "malformed token",
        "unexpected signature algorithm",
        "no key found for the token",
        "the key set is not available",
        "invalid signature",
        "malformed claims",
        "invalid issuer",
        "invalid audience",
        "token is expired",
        "token is not valid yet",
        "token was issued in the future",
        "a time of the token is no number",
        "a required claim is missing",
        "token is revoked or rejected",
        "insufficient roles",
        "insufficient scopes",
        "a claim cannot be propagated as a header",
        "the client left",
    ];

    private static readonly string[] s_challenges = [.. Enum.GetValues<Refusal>().Select(Challenge)];

    /// <summary>A phrase for the log; holds nothing of the token.</summary>
    public static string TextOf(Refusal refusal) => s_texts[(int)refusal];

    /// <summary>403 for what the caller may not do, 401 for who the caller is (AUT-022).</summary>
    public static int StatusOf(Refusal refusal) => refusal is Refusal.Roles or Refusal.Scopes ? 403 : 401;

    /// <summary>Value of <c>WWW-Authenticate</c> (RFC 6750 section 3).</summary>
    public static string ChallengeOf(Refusal refusal) => s_challenges[(int)refusal];

    // A request without a token gets no error code; what it should bring is all it needs to know.
    private static string Challenge(Refusal refusal) => refusal switch
    {
        Refusal.None or Refusal.NoToken => "Bearer",
        Refusal.Ambiguous => $"Bearer error=\"invalid_request\", error_description=\"{TextOf(refusal)}\"",
        Refusal.Roles or Refusal.Scopes => $"Bearer error=\"insufficient_scope\", error_description=\"{TextOf(refusal)}\"",
        _ => $"Bearer error=\"invalid_token\", error_description=\"{TextOf(refusal)}\"",
    };
}
