using System.Buffers;
using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// The one body of a request: streamed while there is one consumer, buffered once when there are several. A body is in one of
/// three states: empty, buffered (may be read any number of times) or streaming (may be taken once, or buffered).
/// </summary>
public sealed class RequestBody : IDisposable
{
    private const int FirstRent = 64 << 10;

    private readonly int _maxBuffered;
    private PipeReader? _reader;
    private PooledBytes? _buffer;
    private ReadOnlyMemory<byte> _bytes;
    private int _owners = 1;

    private RequestBody(PipeReader? reader, long? length, int maxBuffered)
    {
        _reader = reader;
        Length = length;
        _maxBuffered = maxBuffered;
    }

    /// <summary>No body.</summary>
    public static RequestBody Empty { get; } = new(null, 0, 0);

    /// <summary>A body that still comes from the client.</summary>
    /// <param name="reader">Where it is read from.</param>
    /// <param name="length">Bytes announced, or <see langword="null"/> when unknown.</param>
    /// <param name="maxBuffered">Bytes that <see cref="BufferAsync"/> may hold.</param>
    public static RequestBody Streaming(PipeReader reader, long? length, int maxBuffered) => new(reader, length, maxBuffered);

    /// <summary>A body of these bytes, which must not change any more.</summary>
    public static RequestBody Of(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? Empty : new(null, bytes.Length, bytes.Length) { _bytes = bytes };

    /// <summary>Bytes of the body, or <see langword="null"/> when not known yet.</summary>
    public long? Length { get; private set; }

    /// <summary>Whether there is certainly no body.</summary>
    public bool IsEmpty => _reader is null && _bytes.IsEmpty;

    /// <summary>Whether the body is in memory (or empty) and can be read any number of times.</summary>
    public bool IsBuffered => _reader is null;

    /// <summary>The bytes of a buffered body; throws <see cref="InvalidOperationException"/> while streaming.</summary>
    public ReadOnlyMemory<byte> Bytes => _reader is null ? _bytes : throw new InvalidOperationException("the request body is still streaming; call BufferAsync first");

    /// <summary>The stream of a body that is not buffered, to be read to its end by one consumer.</summary>
    public PipeReader Reader => _reader ?? throw new InvalidOperationException("the request body is buffered; read Bytes");

    /// <summary>
    /// Reads the whole body into memory, once. Throws <see cref="BufferLimitException"/> when it is larger than the limit and
    /// <see cref="IOException"/> when the client breaks off.
    /// </summary>
    public ValueTask BufferAsync(CancellationToken cancellationToken) => _reader is null ? ValueTask.CompletedTask : BufferCoreAsync(_reader, cancellationToken);

    private async ValueTask BufferCoreAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        if (Length > _maxBuffered)
            throw new BufferLimitException(_maxBuffered);
        // An announced length is only a promise: memory is taken as bytes arrive.
        var buffer = new PooledBytes((int)Math.Min(Length ?? 4096, FirstRent), _maxBuffered);
        _buffer = buffer;
        while (true)
        {
            var result = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var segment in result.Buffer)
                    buffer.Write(segment.Span);
            }
            finally
            {
                reader.AdvanceTo(result.Buffer.End);
            }
            if (result.IsCompleted)
                break;
        }
        _reader = null;
        _bytes = buffer.Memory;
        Length = buffer.Length;
    }

    /// <summary>
    /// Reads from a client's body such that a cancellation leaves the reader usable. The server's own reader does not: it refuses every
    /// read after one that was cancelled through its token, so that the server cannot read over the rest of the body and closes the
    /// connection under a client that has just sent its next request.
    /// </summary>
    /// <param name="reader">The reader of <see cref="Reader"/>.</param>
    /// <param name="cancellationToken">Ends the read with an <see cref="OperationCanceledException"/>.</param>
    public static ValueTask<ReadResult> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        var read = reader.ReadAsync(CancellationToken.None);
        if (!read.IsCompletedSuccessfully)
            return WaitAsync(reader, read, cancellationToken);
        var result = read.Result;
        if (!result.IsCanceled)
            return new(result);
        reader.AdvanceTo(result.Buffer.Start);
        return WaitAsync(reader, reader.ReadAsync(CancellationToken.None), cancellationToken);
    }

    private static async ValueTask<ReadResult> WaitAsync(PipeReader reader, ValueTask<ReadResult> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result;
            var registration = cancellationToken.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), reader);
            try
            {
                result = await read.ConfigureAwait(false);
            }
            finally
            {
                // Waits for a cancellation that is under way: it must not hit the reader of the connection's next request.
                registration.Dispose();
            }
            if (!result.IsCanceled)
                return result;
            reader.AdvanceTo(result.Buffer.Start);
            cancellationToken.ThrowIfCancellationRequested();
            read = reader.ReadAsync(CancellationToken.None);
        }
    }

    /// <summary>
    /// Adds an owner, who disposes as well: for a call that may still run when the client has its answer. Without it the bytes that the
    /// call sends could be another request's by then.
    /// </summary>
    public void Retain()
    {
        // There is one empty body for everybody; it holds nothing.
        if (!ReferenceEquals(this, Empty))
            Interlocked.Increment(ref _owners);
    }

    /// <summary>Ends the use of one owner; the last one gives pooled storage back.</summary>
    public void Dispose()
    {
        if (ReferenceEquals(this, Empty) || Interlocked.Decrement(ref _owners) != 0)
            return;
        _bytes = default;
        Interlocked.Exchange(ref _buffer, null)?.Dispose();
    }
}
