namespace KrakenPlugins.Jose;

/// <summary>A key, a key set or its origin that cannot be used. The message holds no secret.</summary>
public sealed class JwkException : Exception
{
    /// <summary>A failure without words.</summary>
    public JwkException()
    {
    }

    /// <summary>A failure.</summary>
    public JwkException(string message) : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    public JwkException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>The attribute of <see cref="JwkOrigin"/> that is at fault, such as <c>jwk_fingerprints</c>, or <see langword="null"/>.</summary>
    public string? Attribute { get; init; }
}
