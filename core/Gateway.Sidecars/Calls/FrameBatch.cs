using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Grpc;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

/// <summary>Frames that leave in one message, as the bytes of a <see cref="HandleRequest"/>, behind room for the header of a gRPC message.</summary>
internal sealed class FrameBatch
{
    public const int HeaderRoom = 5;

    private readonly byte[] _buffer;
    private readonly int _start;
    private int _end;

    private FrameBatch(byte[] buffer, int start, int end, int weight, bool isSingle) =>
        (_buffer, _start, _end, Weight, IsSingle) = (buffer, start, end, weight, isSingle);

    /// <summary>What it counts in the queue.</summary>
    public int Weight { get; private set; }

    /// <summary>Whether it was made of a single large frame and cannot be filled again.</summary>
    public bool IsSingle { get; }

    /// <summary>The message and the room before it.</summary>
    public Memory<byte> Framed => _buffer.AsMemory(_start - HeaderRoom, _end - _start + HeaderRoom);

    public static FrameBatch Empty(int size) => new(ArrayPool<byte>.Shared.Rent(size), HeaderRoom, HeaderRoom, 0, false);

    public static FrameBatch Of(in EncodedFrame frame, int weight) => new(frame.Buffer, frame.Start, frame.End, weight, true);

    public bool TryAdd(ReadOnlySpan<byte> frame, int weight, int limit)
    {
        if (_end - HeaderRoom + frame.Length > limit || frame.Length > _buffer.Length - _end)
            return false;
        frame.CopyTo(_buffer.AsSpan(_end));
        _end += frame.Length;
        Weight += weight;
        return true;
    }

    public void Clear() => (_end, Weight) = (HeaderRoom, 0);

    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);
}

/// <summary>Sends batches as they lie; they are never read.</summary>
internal sealed class FrameBatchMarshaller : IMarshaller<FrameBatch>
{
    public int SizeOf(FrameBatch message) => message.Framed.Length - FrameBatch.HeaderRoom;

    public void Write(FrameBatch message, IBufferWriter<byte> output) => output.Write(message.Framed.Span[FrameBatch.HeaderRoom..]);

    public bool TryGetFramed(FrameBatch message, out Memory<byte> framed)
    {
        framed = message.Framed;
        return true;
    }

    public bool TryRead(in ReadOnlySequence<byte> payload, [MaybeNullWhen(false)] out FrameBatch message)
    {
        message = null;
        return false;
    }
}
