namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// A raw HTTP answer that a component makes itself instead of asking a backend (EXT-033): bytes, or a stream that reaches the client as it
/// is written (EXT-035).
/// </summary>
public sealed class SyntheticResponse : ClientResponse
{
    private readonly Stream? _stream;
    private ReadOnlyMemory<byte> _rest;

    /// <summary>An answer of bytes, which must not change any more.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="statusCode">HTTP status, 200 to 999.</param>
    /// <param name="headers">Headers, which then belong to the answer.</param>
    public SyntheticResponse(ReadOnlyMemory<byte> body, int statusCode = 200, NameValueList? headers = null)
        : this(statusCode, headers)
    {
        _rest = body;
        ContentLength = body.Length;
    }

    /// <summary>An answer that is read from a stream; each read that returns something goes on to the client.</summary>
    /// <param name="body">The body; the answer disposes it. An <see cref="IOException"/> while reading breaks the answer off.</param>
    /// <param name="statusCode">HTTP status, 200 to 999.</param>
    /// <param name="headers">Headers, which then belong to the answer.</param>
    public SyntheticResponse(Stream body, int statusCode = 200, NameValueList? headers = null)
        : this(statusCode, headers)
    {
        ArgumentNullException.ThrowIfNull(body);
        _stream = body;
    }

    private SyntheticResponse(int statusCode, NameValueList? headers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 999);
        StatusCode = statusCode;
        Headers = headers ?? new NameValueList(ignoreCase: true);
    }

    /// <inheritdoc/>
    public override int StatusCode { get; }

    /// <inheritdoc/>
    public override long? ContentLength { get; }

    /// <inheritdoc/>
    public override string? ContentEncoding => Headers.Get("Content-Encoding");

    /// <inheritdoc/>
    public override string? ContentType => Headers.Get("Content-Type");

    /// <inheritdoc/>
    public override NameValueList Headers { get; }

    /// <inheritdoc/>
    public override string FinalUrl => "";

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_stream is not null)
            return _stream.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return new(count);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _rest = default;
        _stream?.Dispose();
    }
}

/// <summary>
/// A raw HTTP answer around another one, which it owns: derive from it and override what differs, such as <see cref="ReadAsync"/> to work on
/// a stream as its chunks pass (EXT-057). Whoever changes the length of the body overrides <see cref="ContentLength"/> and removes
/// <c>Content-Length</c> from <see cref="Headers"/>.
/// </summary>
/// <param name="inner">The other answer, its body not read yet.</param>
public abstract class DelegatingResponse(ClientResponse inner) : ClientResponse
{
    /// <summary>The other answer.</summary>
    protected ClientResponse Inner { get; } = inner;

    /// <inheritdoc/>
    public override int StatusCode => Inner.StatusCode;

    /// <inheritdoc/>
    public override long? ContentLength => Inner.ContentLength;

    /// <inheritdoc/>
    public override string? ContentEncoding => Inner.ContentEncoding;

    /// <inheritdoc/>
    public override string? ContentType => Inner.ContentType;

    /// <inheritdoc/>
    public override NameValueList Headers => Inner.Headers;

    /// <inheritdoc/>
    public override string FinalUrl => Inner.FinalUrl;

    /// <inheritdoc/>
    public override ClientResponse Origin => Inner.Origin;

    /// <inheritdoc/>
    public override NameValueList? DataHeaders => Inner.DataHeaders;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => Inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Inner.Dispose();
}
