namespace Gateway.Core.Encodings;

/// <summary>The data cannot be expressed in the output encoding; the client gets a 500 (MAN-079).</summary>
/// <param name="message">What cannot be expressed, as one sentence for the log.</param>
public sealed class RenderException(string message) : Exception(message);
