namespace KrakenPlugins.Jose;

/// <summary>Signature algorithms of RFC 7518 section 3.1 and RFC 8037. The unsigned <c>none</c> is none of them.</summary>
public enum JwsAlgorithm
{
    /// <summary>No algorithm: an absent or unknown name, and <c>none</c>.</summary>
    Unknown,

    /// <summary>HMAC with SHA-256.</summary>
    HS256,

    /// <summary>HMAC with SHA-384.</summary>
    HS384,

    /// <summary>HMAC with SHA-512.</summary>
    HS512,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    RS256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384.</summary>
    RS384,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512.</summary>
    RS512,

    /// <summary>RSASSA-PSS with SHA-256.</summary>
    PS256,

    /// <summary>RSASSA-PSS with SHA-384.</summary>
    PS384,

    /// <summary>RSASSA-PSS with SHA-512.</summary>
    PS512,

    /// <summary>ECDSA with P-256 and SHA-256.</summary>
    ES256,

    /// <summary>ECDSA with P-384 and SHA-384.</summary>
    ES384,

    /// <summary>ECDSA with P-521 and SHA-512.</summary>
    ES512,

    /// <summary>Ed25519.</summary>
    EdDSA,
}

/// <summary>Names of the algorithms and what key each one takes.</summary>
public static class JwsAlgorithms
{
    internal const int Count = (int)JwsAlgorithm.EdDSA + 1;

    private static readonly string[] s_names =
        ["", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

    /// <summary>The names, as they stand in <c>alg</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = s_names[1..];

    /// <summary>The algorithm of a name, which is compared exactly.</summary>
    public static bool TryParse(string? name, out JwsAlgorithm algorithm)
    {
        var index = Array.IndexOf(s_names, name, 1);
        algorithm = index > 0 ? (JwsAlgorithm)index : JwsAlgorithm.Unknown;
        return index > 0;
    }

    /// <summary>The algorithm of a name in UTF-8, which is compared exactly.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out JwsAlgorithm algorithm)
    {
        for (var i = 1; i < s_names.Length; i++)
        {
            if (!System.Text.Ascii.Equals(name, s_names[i]))
                continue;
            algorithm = (JwsAlgorithm)i;
            return true;
        }
        algorithm = JwsAlgorithm.Unknown;
        return false;
    }

    /// <summary>The name as it stands in <c>alg</c>; empty for <see cref="JwsAlgorithm.Unknown"/>.</summary>
    public static string NameOf(JwsAlgorithm algorithm) => s_names[(int)algorithm];

    /// <summary>The type of key that the algorithm takes.</summary>
    public static JwkType KeyTypeOf(JwsAlgorithm algorithm) => algorithm switch
    {
        >= JwsAlgorithm.HS256 and <= JwsAlgorithm.HS512 => JwkType.Octets,
        >= JwsAlgorithm.RS256 and <= JwsAlgorithm.PS512 => JwkType.Rsa,
        >= JwsAlgorithm.ES256 and <= JwsAlgorithm.ES512 => JwkType.EllipticCurve,
        JwsAlgorithm.EdDSA => JwkType.OctetKeyPair,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "expected one of the algorithms"),
    };
}
