namespace KrakenPlugins.Sdk.Proxy;

/// <summary>Why a call failed, for those who must tell causes apart (circuit breakers, logs).</summary>
public enum GatewayErrorKind
{
    /// <summary>Anything not named below.</summary>
    Internal,
    /// <summary>The client went away; says nothing about the backend.</summary>
    ClientAborted,
    /// <summary>A time limit passed.</summary>
    Timeout,
    /// <summary>A concurrent attempt lost the race; says nothing about the backend.</summary>
    Lost,
    /// <summary>The backend could not be reached, or the connection broke.</summary>
    Connection,
    /// <summary>The backend answered with a status that is no success.</summary>
    Status,
    /// <summary>The backend's answer could not be decoded, or broke the protocol or a limit.</summary>
    Payload,
    /// <summary>A component refused the request.</summary>
    Rejected,
    /// <summary>Several failures, in <see cref="GatewayError.Causes"/>.</summary>
    Multiple,
}

/// <summary>
/// A failure as a value. <see cref="Message"/> is logged, and shown to the client only with <c>router.return_error_msg</c>.
/// </summary>
public sealed class GatewayError
{
    /// <summary>A failure.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="message">Text for log and, if asked for, client; no secrets.</param>
    /// <param name="statusCode">HTTP status for the client when no data is returned; 500 unless the component defines one.</param>
    /// <param name="exception">The exception behind it, for the log.</param>
    public GatewayError(GatewayErrorKind kind, string message, int statusCode = 500, Exception? exception = null)
    {
        Kind = kind;
        Message = message;
        StatusCode = statusCode;
        Exception = exception;
    }

    /// <summary>Why the call failed.</summary>
    public GatewayErrorKind Kind { get; }

    /// <summary>What is logged, and shown with <c>router.return_error_msg</c>.</summary>
    public string Message { get; }

    /// <summary>HTTP status for the client when no data is returned.</summary>
    public int StatusCode { get; }

    /// <summary>The exception behind it, or <see langword="null"/>.</summary>
    public Exception? Exception { get; }

    /// <summary>Whether the call certainly never reached its host: no connection could be made. It can be made again whatever it does.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>
    /// Body to show instead of <see cref="Message"/> with <c>router.return_error_msg</c> (a backend's error body), or <see langword="null"/>.
    /// </summary>
    public byte[]? Body { get; init; }

    /// <summary>Content type of the shown body; <see langword="null"/> means <c>text/plain; charset=utf-8</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether the client sees <see cref="Body"/> whatever <c>router.return_error_msg</c> says: a text that the configuration chose for it.</summary>
    public bool IsBodyPublic { get; init; }

    /// <summary>
    /// Whether the failure says nothing of the backend, which was not called (TRF-167) or waited for the client's body until the time was up
    /// (TRF-112): circuit breakers count it neither way.
    /// </summary>
    public bool IsNeutral { get; init; }

    /// <summary>Headers that go with the failure (<c>WWW-Authenticate</c>, <c>Retry-After</c>), or <see langword="null"/>.</summary>
    public NameValueList? Headers { get; init; }

    /// <summary>The single failures of a <see cref="GatewayErrorKind.Multiple"/>, in the order in which they arrived.</summary>
    public IReadOnlyList<GatewayError> Causes { get; init; } = [];

    /// <summary>Text of a passed deadline, as the language prints it.</summary>
    public const string DeadlineExceeded = "context deadline exceeded";

    /// <summary>Text of a request whose client left, as the language prints it.</summary>
    public const string ContextCanceled = "context canceled";

    /// <inheritdoc/>
    public override string ToString() => Message;
}
