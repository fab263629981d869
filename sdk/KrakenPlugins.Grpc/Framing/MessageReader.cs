using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace KrakenPlugins.Grpc.Framing;

/// <summary>Messages out of a stream of bytes. One caller at a time; what the transport throws is the caller's to translate.</summary>
internal sealed class MessageReader(PipeReader input, int maxLength)
{
    private PooledWriter? _inflated;
    private SequencePosition _lentTo;
    private bool _isLent;
    private bool _hasEnded;

    /// <summary>Whether messages with the compressed flag are gzip; they are an error otherwise.</summary>
    public bool IsGzip { get; set; }

    /// <summary>What was wrong with the stream; OK as long as nothing is.</summary>
    public GrpcStatus Failure { get; private set; } = GrpcStatus.Ok;

    /// <summary>Reads the next message of a stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GrpcRead<T>> ReadAsync<T>(IMarshaller<T> marshaller, CancellationToken cancellationToken)
    {
        Release();
        while (true)
        {
            if (_hasEnded || !Failure.IsOk)
                return GrpcRead<T>.End(Failure);
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfCancelled(result, cancellationToken);
            var buffer = result.Buffer;
            if (!TryFrame(buffer, out var header, out var end))
            {
                Settle(result);
                input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }
            return Take(buffer.Slice(FrameHeader.Size, header.Length), header, end, marshaller);
        }
    }

    /// <summary>Reads a stream that has to consist of one message, up to its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GrpcRead<T>> ReadSingleAsync<T>(IMarshaller<T> marshaller, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!Failure.IsOk)
                return GrpcRead<T>.End(Failure);
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfCancelled(result, cancellationToken);
            var buffer = result.Buffer;
            var isWhole = TryFrame(buffer, out var header, out var end);
            if (isWhole && buffer.Length > FrameHeader.Size + header.Length)
                Failure = GrpcStatus.Internal("a second message was received where there is to be one");
            if (result.IsCompleted && isWhole && Failure.IsOk)
            {
                _hasEnded = true;
                return Take(buffer.Slice(FrameHeader.Size, header.Length), header, end, marshaller);
            }
            var isEmpty = result.IsCompleted && buffer.IsEmpty && Failure.IsOk;
            Settle(result);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (isEmpty)
                return GrpcRead<T>.End(GrpcStatus.Ok);
        }
    }

    /// <summary>Gives back what the last message lies in.</summary>
    public void Release()
    {
        _inflated?.Release();
        if (!_isLent)
            return;
        _isLent = false;
        input.AdvanceTo(_lentTo);
    }

    private GrpcRead<T> Take<T>(in ReadOnlySequence<byte> payload, FrameHeader header, SequencePosition end, IMarshaller<T> marshaller)
    {
        Debug.Assert(!_isLent);
        _isLent = true;
        _lentTo = end;
        var message = payload;
        if (header.IsCompressed)
        {
            _inflated ??= new PooledWriter();
            Failure = IsGzip
                ? GzipMessages.Inflate(payload, maxLength, _inflated)
                : GrpcStatus.Internal("a message has the compressed flag, but the stream names no encoding");
            message = new ReadOnlySequence<byte>(_inflated.Written);
        }
        T? value = default;
        if (Failure.IsOk && !marshaller.TryRead(message, out value))
            Failure = GrpcStatus.Internal("a message cannot be read: its bytes are not of the method's type");
        if (!Failure.IsOk || !marshaller.KeepsPayload)
            Release();
        return Failure.IsOk ? GrpcRead<T>.Of(value!) : GrpcRead<T>.End(Failure);
    }

    // Whether a whole message lies at the start.
    private bool TryFrame(in ReadOnlySequence<byte> buffer, out FrameHeader header, out SequencePosition end)
    {
        header = default;
        end = default;
        if (buffer.Length < FrameHeader.Size)
            return false;
        Failure = FrameHeader.Read(buffer, maxLength, out header);
        if (!Failure.IsOk || buffer.Length < FrameHeader.Size + header.Length)
            return false;
        end = buffer.GetPosition(FrameHeader.Size + header.Length);
        return true;
    }

    private void Settle(in ReadResult result)
    {
        if (!result.IsCompleted || !Failure.IsOk)
            return;
        _hasEnded = true;
        if (!result.Buffer.IsEmpty)
            Failure = GrpcStatus.Internal("the stream ended within a message");
    }

    private static void ThrowIfCancelled(in ReadResult result, CancellationToken cancellationToken)
    {
        if (result.IsCanceled)
            throw new OperationCanceledException(cancellationToken);
    }
}
