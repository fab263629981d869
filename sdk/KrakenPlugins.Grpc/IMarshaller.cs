using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Grpc;

/// <summary>Messages of a type to bytes and back. The gRPC rooms know no protobuf: this is all that they ask of a serializer.</summary>
/// <typeparam name="T">The type of the messages.</typeparam>
public interface IMarshaller<T>
{
    /// <summary>Whether what <see cref="TryRead"/> gives points into the payload, which then stays untouched until the next read or the end of the call.</summary>
    bool KeepsPayload => false;

    /// <summary>Bytes that <see cref="Write"/> is going to write; -1 when only writing tells.</summary>
    int SizeOf(T message) => -1;

    /// <summary>Writes a message.</summary>
    void Write(T message, IBufferWriter<byte> output);

    /// <summary>Reads a message; <see langword="false"/> when the bytes are none.</summary>
    bool TryRead(in ReadOnlySequence<byte> payload, [MaybeNullWhen(false)] out T message);

    /// <summary>The bytes of a message that consists of bytes already, which saves copying them before they are sent.</summary>
    bool TryGetPayload(T message, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        return false;
    }

    /// <summary>
    /// The bytes of a message that lie behind five bytes of room: a client writes the message's header into them and sends all in one piece. Compressed
    /// messages are copied all the same.
    /// </summary>
    bool TryGetFramed(T message, out Memory<byte> framed)
    {
        framed = default;
        return false;
    }
}

/// <summary>Marshallers of messages that are bytes.</summary>
public static class RawMarshaller
{
    /// <summary>
    /// Bytes where they lie, not copied: what was read is valid until the next read of the same stream, or, of a unary call at a server, until
    /// its handler ends. A client's unary call cannot hand such bytes out; use <see cref="Pooled"/> there.
    /// </summary>
    public static IMarshaller<ReadOnlySequence<byte>> Lent { get; } = new LentMarshaller();

    /// <summary>Bytes in a rented buffer that belongs to whoever reads it.</summary>
    public static IMarshaller<PooledPayload> Pooled { get; } = new PooledMarshaller();

    private sealed class LentMarshaller : IMarshaller<ReadOnlySequence<byte>>
    {
        public bool KeepsPayload => true;

        public int SizeOf(ReadOnlySequence<byte> message) => checked((int)message.Length);

        public void Write(ReadOnlySequence<byte> message, IBufferWriter<byte> output)
        {
            foreach (var part in message)
                output.Write(part.Span);
        }

        public bool TryRead(in ReadOnlySequence<byte> payload, out ReadOnlySequence<byte> message)
        {
            message = payload;
            return true;
        }

        public bool TryGetPayload(ReadOnlySequence<byte> message, out ReadOnlySequence<byte> payload)
        {
            payload = message;
            return true;
        }
    }

    private sealed class PooledMarshaller : IMarshaller<PooledPayload>
    {
        public int SizeOf(PooledPayload message) => message.Memory.Length;

        public void Write(PooledPayload message, IBufferWriter<byte> output) => output.Write(message.Memory.Span);

        public bool TryRead(in ReadOnlySequence<byte> payload, [MaybeNullWhen(false)] out PooledPayload message)
        {
            message = PooledPayload.Copy(payload);
            return true;
        }

        public bool TryGetPayload(PooledPayload message, out ReadOnlySequence<byte> payload)
        {
            payload = new ReadOnlySequence<byte>(message.Memory);
            return true;
        }
    }
}

/// <summary>Bytes in a rented buffer. Dispose it once nobody reads them any more.</summary>
public sealed class PooledPayload : IDisposable
{
    private readonly int _length;
    private byte[]? _buffer;

    private PooledPayload(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    /// <summary>The bytes.</summary>
    /// <exception cref="ObjectDisposedException">They were given back.</exception>
    public ReadOnlyMemory<byte> Memory => _buffer is { } buffer ? buffer.AsMemory(0, _length) : throw new ObjectDisposedException(nameof(PooledPayload));

    /// <summary>Copies bytes into a rented buffer.</summary>
    public static PooledPayload Copy(in ReadOnlySequence<byte> bytes)
    {
        var length = checked((int)bytes.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        bytes.CopyTo(buffer);
        return new PooledPayload(buffer, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
