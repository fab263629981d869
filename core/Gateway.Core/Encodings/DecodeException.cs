namespace Gateway.Core.Encodings;

/// <summary>A backend's body is not what its declared encoding promises; the backend call has failed (MAN-008).</summary>
public sealed class DecodeException : Exception
{
    /// <summary>A failure found by the decoder itself.</summary>
    /// <param name="message">What is wrong, as one sentence for the log.</param>
    public DecodeException(string message)
        : base(message)
    {
    }

    /// <summary>A failure found by the parser below the decoder.</summary>
    /// <param name="message">What is wrong, as one sentence for the log.</param>
    /// <param name="inner">What the parser threw.</param>
    public DecodeException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
