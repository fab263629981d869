namespace KrakenPlugins.Jose;

/// <summary>
/// A signed token in compact form (RFC 7515 section 7.1), read strictly into a caller's buffer and not yet verified. Keys that a token
/// carries or points to (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>) are ignored.
/// </summary>
public readonly ref struct JwsToken
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaximumLength = 100 * 1024;

    internal JwsToken(JwsAlgorithm algorithm, ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        Algorithm = algorithm;
        SigningInput = signingInput;
        Header = header;
        Payload = payload;
        Signature = signature;
    }

    /// <summary>The algorithm that the token claims.</summary>
    public JwsAlgorithm Algorithm { get; }

    /// <summary><c>kid</c> in UTF-8, unescaped; empty when absent.</summary>
    public ReadOnlySpan<byte> KeyId { get; internal init; }

    /// <summary><c>x5t</c>; empty when absent.</summary>
    public ReadOnlySpan<byte> X5t { get; internal init; }

    /// <summary><c>x5t#S256</c>; empty when absent.</summary>
    public ReadOnlySpan<byte> X5tS256 { get; internal init; }

    /// <summary>What is signed: header and payload as they stand in the token.</summary>
    public ReadOnlySpan<byte> SigningInput { get; }

    /// <summary>The decoded header.</summary>
    public ReadOnlySpan<byte> Header { get; }

    /// <summary>The decoded payload: whatever was signed, and no valid JSON before it is read.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The decoded signature.</summary>
    public ReadOnlySpan<byte> Signature { get; }

    /// <summary>Bytes of buffer that reading a token of that many characters takes.</summary>
    public static int BufferSize(int length) => 3 * length;

    /// <summary>Reads a token without allocating.</summary>
    /// <param name="compact">The token alone, without <c>Bearer</c>.</param>
    /// <param name="buffer">At least <see cref="BufferSize"/> bytes, which the token points into.</param>
    /// <param name="token">The token when there is no fault.</param>
    public static JwsFault Read(ReadOnlySpan<char> compact, Span<byte> buffer, out JwsToken token) =>
        JwsReader.Read(compact, buffer, out token);
}
