using System.IO.Compression;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// An answer that is inflated while it is read (MAN-071, MAN-269), within limits of size and ratio. That a truncated body is a failure
/// depends on the runtime option <c>System.IO.Compression.UseStrictValidation</c>, which the build sets.
/// </summary>
public sealed class GzipResponse : ClientResponse
{
    private const long RatioCheckedFrom = 1 << 20;
    private readonly ClientResponse _inner;
    private readonly TransportLimits _limits;
    private readonly CompressedBody _compressed;
    private readonly GZipStream _gzip;
    private NameValueList? _headers;
    private long _inflated;
    private bool _isDisposed;

    private GzipResponse(ClientResponse inner, TransportLimits limits)
    {
        _inner = inner;
        _limits = limits;
        _compressed = new CompressedBody(inner);
        _gzip = new GZipStream(_compressed, CompressionMode.Decompress);
    }

    /// <summary>Wraps an answer whose body is gzip; the wrapper owns it. Concatenated members are one body.</summary>
    /// <param name="response">The answer, its body not read yet.</param>
    /// <param name="limits">How much it may inflate to.</param>
    public static ClientResponse Inflate(ClientResponse response, TransportLimits limits)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(limits);
        return new GzipResponse(response, limits);
    }

    /// <inheritdoc/>
    public override int StatusCode => _inner.StatusCode;

    /// <inheritdoc/>
    public override long? ContentLength => null;

    /// <inheritdoc/>
    public override string? ContentEncoding => null;

    /// <inheritdoc/>
    public override string? ContentType => _inner.ContentType;

    /// <inheritdoc/>
    public override NameValueList Headers
    {
        get
        {
            var inner = _inner.Headers;
            if (_headers is null)
            {
                _headers = inner.Fork();
                _headers.Remove("Content-Encoding");
                _headers.Remove("Content-Length");
            }
            return _headers;
        }
    }

    /// <inheritdoc/>
    public override string FinalUrl => _inner.FinalUrl;

    /// <summary>
    /// Reads some inflated bytes; 0 at the end. Throws <see cref="IOException"/> when the body breaks off, is no gzip, or inflates to
    /// more than the limits allow.
    /// </summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ClientResponse));
        int read;
        try
        {
            read = await _gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"gzip: {exception.Message}", exception);
        }
        _inflated += read;
        if (_inflated > _limits.MaxInflatedBytes)
            throw new IOException($"gzip: the body inflates to more than {_limits.MaxInflatedBytes} bytes");
        if (_inflated > RatioCheckedFrom && _inflated / _limits.MaxInflateRatio > _compressed.Length)
            throw new IOException($"gzip: the body inflates to more than {_limits.MaxInflateRatio} times its size");
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _gzip.Dispose();
        _inner.Dispose();
    }

    /// <summary>The compressed bytes as the stream that the inflater wants; it counts them.</summary>
    private sealed class CompressedBody(ClientResponse response) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        /// <summary>Compressed bytes read so far.</summary>
        public override long Length => _length;

        private long _length;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await response.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _length += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}
