using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

internal sealed partial class Http1Connection
{
    /// <summary>Chunks smaller than this go through the buffer, so that the next size line arrives with them.</summary>
    private const int DirectChunkSize = 4 << 10;
    private const int CopySize = 16 << 10;

    /// <summary>Memory taken for an announced length before its bytes arrive.</summary>
    private const int MaxFirstRent = 4 << 20;

    private BodyFraming _framing;
    private ChunkDecoder _chunks;
    private long _remaining;
    private bool _isBodyDone;
    private bool _isReading;

    private enum BodyFraming : byte
    {
        Length,
        Chunked,
        UntilClose,
    }

    public bool HasBody => !_isBodyDone;

    /// <summary>Reads some bytes of the answer's body; 0 at its end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (_isBodyDone || destination.IsEmpty)
            return new ValueTask<int>(0);
        var taken = TakeBuffered(destination.Span);
        return taken > 0 || _isBodyDone ? new ValueTask<int>(taken) : ReceiveBodyAsync(destination, cancellationToken);
    }

    /// <summary>Reads the whole body; one rent and no copy when its length is known.</summary>
    public ValueTask<PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken)
    {
        if (_framing == BodyFraming.Length && _remaining > maxLength)
            throw new BufferLimitException(maxLength);
        var bytes = new PooledBytes(_framing == BodyFraming.Length ? (int)Math.Min(_remaining, MaxFirstRent) : ReceiveBufferSize, maxLength);
        if (_framing != BodyFraming.Length)
            return ReadToEndAsync(bytes, cancellationToken);
        if (!_isBodyDone)
            bytes.Advance(TakeBuffered(bytes.GetSpan()));
        return _isBodyDone ? new ValueTask<PooledBytes>(bytes) : ReadToEndAsync(bytes, cancellationToken);
    }

    /// <summary>Streams the rest of the body into a pipe.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CopyToAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        // A stream of events may be silent for long after its head: the client gets the head without waiting for the first one.
        if (_framing != BodyFraming.Length && !_isBodyDone && _start == _end)
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var read = await ReadAsync(writer.GetMemory(CopySizeHint()), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return;
            writer.Advance(read);
            var flush = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (flush.IsCompleted)
                return;
        }
    }

    private int CopySizeHint()
    {
        var expected = _framing switch
        {
            BodyFraming.Length => _remaining,
            BodyFraming.Chunked => Math.Max(_chunks.Remaining, _end - _start),
            _ => _end - _start,
        };
        return expected > CopySize ? CopySize : 4 << 10;
    }

    private void BeginBody(string method)
    {
        _isBodyDone = false;
        if (method == "HEAD" || _head.StatusCode is 204 or 304)
            SetLength(0);
        else if (_head.IsChunked)
            (_framing, _chunks) = (BodyFraming.Chunked, new ChunkDecoder(_pool.Owner.Transport.Limits.MaxChunkOverheadBytes));
        else if (_head.ContentLength is { } length)
            SetLength(length);
        else
            SetUntilClose();
    }

    private void SetLength(long length)
    {
        _framing = BodyFraming.Length;
        _remaining = length;
        _isBodyDone = length == 0;
    }

    private void SetUntilClose()
    {
        _framing = BodyFraming.UntilClose;
        _head.CloseAfter();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PooledBytes> ReadToEndAsync(PooledBytes bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await ReadAsync(bytes.GetMemory(), cancellationToken).ConfigureAwait(false);
                bytes.Advance(read);
                if (_isBodyDone)
                    return bytes;
            }
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveBodyAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (_isReading)
            throw new InvalidOperationException("a read of this body is pending");
        _isReading = true;
        var registration = RegisterRead(cancellationToken);
        try
        {
            while (true)
            {
                var direct = DirectSize(destination.Length);
                var read = await Receive(direct > 0 ? destination[..direct] : FreeBuffer()).ConfigureAwait(false);
                if (read == 0)
                    return EndOfStream();
                if (direct > 0)
                    return Account(read);
                _end += read;
                read = TakeBuffered(destination.Span);
                if (read > 0 || _isBodyDone)
                    return read;
            }
        }
        catch (Exception exception) when (exception is not TransportException && TransportErrors.IsConnectionFailure(exception))
        {
            if ((AbortReason)Volatile.Read(ref _abort) == AbortReason.Cancelled)
                throw new OperationCanceledException(GatewayError.DeadlineExceeded, exception, cancellationToken);
            throw new IOException($"read tcp {_pool.Peer}: {TransportErrors.Describe(exception)}", exception);
        }
        finally
        {
            registration.Dispose();
            _isReading = false;
        }
    }

    private CancellationTokenRegistration RegisterRead(CancellationToken cancellationToken)
    {
        // The call's own token is registered once for the whole call.
        if (!cancellationToken.CanBeCanceled || cancellationToken == _callToken)
            return default;
        return cancellationToken.UnsafeRegister(static state => ((Http1Connection)state!).Abort(AbortReason.Cancelled), this);
    }

    /// <summary>Bytes that may go straight into the reader's memory; 0 when framing has to be read first.</summary>
    private int DirectSize(int capacity) => _framing switch
    {
        BodyFraming.Length => (int)Math.Min(_remaining, capacity),
        BodyFraming.UntilClose => capacity,
        _ => _chunks.Remaining >= DirectChunkSize ? (int)Math.Min(_chunks.Remaining, capacity) : 0,
    };

    /// <summary>Room for framing, behind the head, which headers are still read from. Called when nothing is buffered.</summary>
    private Memory<byte> FreeBuffer()
    {
        if (_start == _end)
            _start = _end = _head.Length;
        if (_buffer.Length - _end < DirectChunkSize)
            GrowBuffer();
        return _buffer.AsMemory(_end);
    }

    private int Account(int read)
    {
        if (_framing == BodyFraming.Length)
        {
            _remaining -= read;
            _isBodyDone = _remaining == 0;
        }
        else if (_framing == BodyFraming.Chunked)
        {
            _chunks.Consume(read);
        }
        return read;
    }

    private int EndOfStream()
    {
        if (_framing != BodyFraming.UntilClose)
            throw new TransportException(GatewayErrorKind.Connection, TransportErrors.UnexpectedEnd);
        _isBodyDone = true;
        return 0;
    }

    private int TakeBuffered(Span<byte> destination)
    {
        var buffered = _buffer.AsSpan(_start, _end - _start);
        var available = _framing == BodyFraming.Chunked ? NextChunk(ref buffered) : _framing == BodyFraming.Length ? _remaining : buffered.Length;
        var count = (int)Math.Min(Math.Min(available, buffered.Length), destination.Length);
        if (count == 0)
            return 0;
        buffered[..count].CopyTo(destination);
        _start += count;
        return Account(count);
    }

    private long NextChunk(ref Span<byte> buffered)
    {
        var step = _chunks.Next(buffered, out var skipped);
        _start += skipped;
        buffered = buffered[skipped..];
        switch (step)
        {
            case ChunkStep.Invalid:
                // The end of this message is unknown now, so the bytes behind it belong to nobody.
                _head.CloseAfter();
                throw new TransportException(GatewayErrorKind.Payload, "malformed chunked encoding");
            case ChunkStep.End:
                _isBodyDone = true;
                return 0;
            default:
                return _chunks.Remaining;
        }
    }

    /// <summary>Passes over a body that nobody wants if all of it is here; returns whether the message is over.</summary>
    private bool SkipBuffered()
    {
        try
        {
            while (!_isBodyDone && _start < _end)
            {
                var buffered = _buffer.AsSpan(_start, _end - _start);
                var available = _framing == BodyFraming.Chunked ? NextChunk(ref buffered) : _framing == BodyFraming.Length ? _remaining : 0;
                var count = (int)Math.Min(available, buffered.Length);
                if (count == 0)
                    break;
                _start += count;
                Account(count);
            }
        }
        catch (TransportException)
        {
            return false;
        }
        return _isBodyDone;
    }
}
