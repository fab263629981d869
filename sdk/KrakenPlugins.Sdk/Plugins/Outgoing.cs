using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>Calls that a component makes by itself, over the gateway's own transport. The gateway implements it. Safe for concurrent use.</summary>
public interface IOutgoingCalls
{
    /// <summary>
    /// Makes a call and reads its whole answer. Redirects are not followed: an answer with a status of 3xx is an answer. A failure is a value
    /// whose message names the peer and the reason and holds nothing of the request: time limit and cancellation are
    /// <see cref="GatewayErrorKind.Timeout"/>, an answer larger than allowed <see cref="GatewayErrorKind.Payload"/>.
    /// </summary>
    /// <param name="call">The call; may be sent again.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<OutgoingResult> SendAsync(OutgoingCall call, CancellationToken cancellationToken);
}

/// <summary>A call of a component's own. Immutable but for its headers.</summary>
public sealed class OutgoingCall
{
    /// <summary>HTTP method, upper case.</summary>
    public required string Method { get; init; }

    /// <summary>Where it goes; parse an address once, connections are remembered by it.</summary>
    public required OutgoingAddress Address { get; init; }

    /// <summary>Headers.</summary>
    public NameValueList Headers { get; init; } = new(ignoreCase: true);

    /// <summary>The body, which must not change any more.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Time from the dial to the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that the body of the answer may have, after inflation.</summary>
    public int MaxAnswer { get; init; } = 1 << 20;

    /// <summary>Whether the call passes the proxies of the environment by: for peers on the machine's own link, such as metadata servers.</summary>
    public bool IsDirect { get; init; }
}

/// <summary>The outcome of a call: exactly one of the two is set.</summary>
/// <param name="Answer">The answer, whatever its status.</param>
/// <param name="Error">Why there is none.</param>
public readonly record struct OutgoingResult(OutgoingAnswer? Answer, GatewayError? Error)
{
    /// <summary>A failure.</summary>
    public static implicit operator OutgoingResult(GatewayError error) => new(null, error);

    /// <summary>An answer.</summary>
    public static implicit operator OutgoingResult(OutgoingAnswer answer) => new(answer, null);
}

/// <summary>The answer to a call, read to its end.</summary>
/// <param name="statusCode">HTTP status.</param>
/// <param name="headers">End-to-end headers.</param>
/// <param name="body">The body, inflated.</param>
public sealed class OutgoingAnswer(int statusCode, NameValueList headers, ReadOnlyMemory<byte> body)
{
    /// <summary>HTTP status.</summary>
    public int StatusCode { get; } = statusCode;

    /// <summary>End-to-end headers as received.</summary>
    public NameValueList Headers { get; } = headers;

    /// <summary>The body, inflated.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary><c>Content-Type</c>, or <see langword="null"/>.</summary>
    public string? ContentType => Headers.Get("Content-Type");
}
