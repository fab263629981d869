using System.Buffers;
using System.Buffers.Binary;

namespace KrakenPlugins.Grpc.Framing;

/// <summary>The five bytes before a message: a flag that says whether it is compressed, and its length, big-endian.</summary>
internal readonly record struct FrameHeader(bool IsCompressed, int Length)
{
    public const int Size = 5;

    /// <summary>Reads a header that has arrived whole.</summary>
    /// <returns>OK, or why no message can follow.</returns>
    public static GrpcStatus Read(in ReadOnlySequence<byte> buffer, int maxLength, out FrameHeader header)
    {
        header = default;
        Span<byte> bytes = stackalloc byte[Size];
        buffer.Slice(0, Size).CopyTo(bytes);
        if (bytes[0] > 1)
            return GrpcStatus.Internal($"a message begins with the flag {bytes[0]}; expected 0 or 1");
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        if (length > (uint)maxLength)
            return GrpcStatus.Exhausted($"a message of {length} bytes was received; the limit is {maxLength}");
        header = new FrameHeader(bytes[0] == 1, (int)length);
        return GrpcStatus.Ok;
    }

    public void Write(Span<byte> target)
    {
        target[0] = IsCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)Length);
    }
}
