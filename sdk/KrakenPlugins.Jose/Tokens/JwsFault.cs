namespace KrakenPlugins.Jose;

/// <summary>Why a text is no token that can be verified.</summary>
public enum JwsFault
{
    /// <summary>It can be verified.</summary>
    None,

    /// <summary>It is empty.</summary>
    Empty,

    /// <summary>It is longer than <see cref="JwsToken.MaximumLength"/>.</summary>
    TooLong,

    /// <summary>It does not consist of three parts with dots between.</summary>
    NotThreeParts,

    /// <summary>It has the five parts of an encrypted token (JWE).</summary>
    Encrypted,

    /// <summary>A part is no base64url without padding, or is empty.</summary>
    Encoding,

    /// <summary>The header is no JSON object of RFC 7515: not UTF-8, broken, too deep, too many members, or a member of a wrong type.</summary>
    Header,

    /// <summary>A member stands in the header twice.</summary>
    DuplicateMember,

    /// <summary>The header has <c>crit</c>: no extension is understood.</summary>
    Critical,

    /// <summary>The payload is not encoded (<c>b64</c>, RFC 7797).</summary>
    UnencodedPayload,

    /// <summary>The payload is another token (<c>cty: JWT</c>, RFC 7519 section 5.2).</summary>
    Nested,

    /// <summary><c>alg</c> is <c>none</c>.</summary>
    Unsigned,

    /// <summary><c>alg</c> is absent or unknown.</summary>
    Algorithm,
}

/// <summary>What faults are called in logs.</summary>
public static class JwsFaults
{
    private static readonly string[] s_texts =
    [
        "",
        "the token is empty",
        "the token is longer than 100 KiB",
        "the token has not three parts",
        "the token is encrypted (JWE), only signed tokens are accepted",
        "the token is not base64url",
        "the token's header is no valid JSON object",
        "the token's header has a member twice",
        "the token's header demands an extension (crit)",
        "the token's payload is not encoded (b64)",
        "the token contains another token",
        "the token is not signed (alg none)",
        "the token's algorithm is unknown",
    ];

    /// <summary>A phrase for logs; empty for <see cref="JwsFault.None"/>. It holds nothing of the token.</summary>
    public static string TextOf(JwsFault fault) => s_texts[(int)fault];
}
