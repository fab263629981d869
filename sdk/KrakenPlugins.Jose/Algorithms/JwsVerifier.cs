namespace KrakenPlugins.Jose;

/// <summary>Verifies signatures of one algorithm with one key. Safe for concurrent use.</summary>
public abstract class JwsVerifier
{
    /// <summary>The algorithm.</summary>
    public abstract JwsAlgorithm Algorithm { get; }

    /// <summary>Whether the signature is one of the input by this key; a signature of a wrong length is none.</summary>
    /// <param name="signingInput">Header and payload as they stand in the token, with the dot between (RFC 7515 section 5.2).</param>
    /// <param name="signature">The decoded signature.</param>
    public abstract bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature);
}

/// <summary>Signs with one algorithm and one key. Safe for concurrent use.</summary>
public abstract class JwsSigner
{
    /// <summary>The algorithm.</summary>
    public abstract JwsAlgorithm Algorithm { get; }

    /// <summary>Length in bytes of every signature.</summary>
    public abstract int SignatureLength { get; }

    /// <summary>Signs and returns <see cref="SignatureLength"/>.</summary>
    /// <param name="signingInput">Header and payload, both base64url, with a dot between.</param>
    /// <param name="signature">Receives the signature; at least <see cref="SignatureLength"/> bytes.</param>
    public abstract int Sign(ReadOnlySpan<byte> signingInput, Span<byte> signature);
}
