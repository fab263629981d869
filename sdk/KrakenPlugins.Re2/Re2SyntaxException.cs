namespace KrakenPlugins.Re2;

/// <summary>A pattern that does not parse. The message is Go's: <c>error parsing regexp: missing closing ): `(a`</c>.</summary>
public sealed class Re2SyntaxException : FormatException
{
    internal Re2SyntaxException(string problem, string excerpt, int offset, string? reason = null)
        : base($"error parsing regexp: {problem}: `{excerpt}`{(reason is null ? "" : "; " + reason)}") => Offset = offset;

    /// <summary>Where in the pattern the trouble starts, in UTF-16 code units from its beginning.</summary>
    public int Offset { get; }
}
