using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Grpc.Wire;

/// <summary>A marshaller out of two functions on protobuf's wire format.</summary>
/// <typeparam name="T">The type of the messages.</typeparam>
public sealed class WireMarshaller<T> : IMarshaller<T>
{
    private readonly Writing _write;
    private readonly Reading _read;

    /// <summary>Makes a marshaller.</summary>
    public WireMarshaller(Writing write, Reading read)
    {
        _write = write;
        _read = read;
    }

    /// <summary>Writes the fields of a message.</summary>
    public delegate void Writing(T message, WireWriter writer);

    /// <summary>Reads a message, which must not point into the bytes; <see langword="false"/> when they are none.</summary>
    public delegate bool Reading(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out T message);

    /// <inheritdoc/>
    public void Write(T message, IBufferWriter<byte> output) => _write(message, new WireWriter(output));

    /// <inheritdoc/>
    public bool TryRead(in ReadOnlySequence<byte> payload, [MaybeNullWhen(false)] out T message)
    {
        if (payload.IsSingleSegment)
            return _read(payload.FirstSpan, out message);
        var length = checked((int)payload.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            payload.CopyTo(rented);
            return _read(rented.AsSpan(0, length), out message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
