using System.Globalization;
using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// An answer of which a component changes status, headers or body. It owns the answer that it was made from and disposes it. Headers are
/// copied when they are first asked for, and the body streams as before until <see cref="ReplaceBody"/>. Not thread-safe.
/// </summary>
public sealed class EditedResponse : DelegatingResponse
{
    private NameValueList? _headers;
    private ReadOnlyMemory<byte>? _body;
    private int _bodyRead;
    private int _statusCode;
    private bool _isDisposed;

    private EditedResponse(ClientResponse inner)
        : base(inner) => _statusCode = inner.StatusCode;

    /// <summary>The answer in a form that can be changed: itself when it is one already, else a new owner of it.</summary>
    public static EditedResponse Of(ClientResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response as EditedResponse ?? new(response);
    }

    /// <summary>The answer whose body this one has; <see langword="null"/> once <see cref="ReplaceBody"/> gave it one of its own.</summary>
    public ClientResponse? BodyOrigin => _body is null ? Inner : null;

    /// <inheritdoc/>
    public override int StatusCode => _statusCode;

    /// <inheritdoc/>
    public override long? ContentLength => _body is { } body ? body.Length : Inner.ContentLength;

    /// <summary>The first <c>Content-Encoding</c> of <see cref="Headers"/>: who removes the header says that nothing is applied.</summary>
    public override string? ContentEncoding => _headers is null ? Inner.ContentEncoding : _headers.Get("Content-Encoding");

    /// <inheritdoc/>
    public override string? ContentType => _headers is null ? Inner.ContentType : _headers.Get("Content-Type");

    /// <summary>
    /// The headers, which may be changed. Names and values have to be valid HTTP; <c>Content-Length</c> has to stay true, hop-by-hop headers
    /// have to stay away.
    /// </summary>
    public override NameValueList Headers => _headers ??= Inner.Headers.Fork();

    /// <summary>Replaces the status.</summary>
    /// <param name="statusCode">200 to 599.</param>
    public void SetStatus(int statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        _statusCode = statusCode;
    }

    /// <summary>
    /// Replaces the body: sets <c>Content-Type</c> and <c>Content-Length</c> and removes <c>Content-Encoding</c>. The backend's body is not
    /// read any further. May be repeated as long as nothing was read.
    /// </summary>
    /// <param name="bytes">The body, which must not change any more and is not given back.</param>
    /// <param name="contentType">Value of <c>Content-Type</c>; may be empty.</param>
    public void ReplaceBody(ReadOnlyMemory<byte> bytes, string contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        _body = bytes;
        Headers.Set("Content-Type", contentType);
        Headers.Set("Content-Length", bytes.Length.ToString(CultureInfo.InvariantCulture));
        Headers.Remove("Content-Encoding");
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ClientResponse));
        if (_body is not { } body)
            return Inner.ReadAsync(buffer, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        var count = Math.Min(body.Length - _bodyRead, buffer.Length);
        body.Slice(_bodyRead, count).CopyTo(buffer);
        _bodyRead += count;
        return new(count);
    }

    /// <inheritdoc/>
    public override ValueTask<PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken) =>
        _body is null && !_isDisposed ? Inner.ReadAllAsync(maxLength, cancellationToken) : base.ReadAllAsync(maxLength, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CopyToAsync(PipeWriter writer, CancellationToken cancellationToken) =>
        _body is null && !_isDisposed ? Inner.CopyToAsync(writer, cancellationToken) : base.CopyToAsync(writer, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        base.Dispose(disposing);
    }
}
