using System.Buffers;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// One frame for the sidecar as the bytes of <c>HandleRequest.frames</c>, in a rented buffer with room before it for the header of a gRPC message.
/// The message that it was made of is free again.
/// </summary>
internal struct EncodedFrame
{
    /// <summary>Bytes before the payload: a gRPC header, the entry's head, the call's number, the payload's head.</summary>
    public const int Room = 5 + 6 + 11 + 6;

    /// <summary>Bytes of a chunk that are not data: number of the body and length before it, two flags behind it.</summary>
    public const int ChunkRoom = 6 + 6 + 4;

    private const int ChunkHead = 12;
    private const byte LengthDelimited = 2;

    /// <summary>The buffer, which belongs to whoever has the frame.</summary>
    public byte[] Buffer { get; private set; }

    /// <summary>Where the frame begins; set by <see cref="Address"/>.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    private int _payload;

    /// <summary>The frame.</summary>
    public readonly ReadOnlySpan<byte> Bytes => Buffer.AsSpan(Start, End - Start);

    /// <summary>What a frame counts in the queue.</summary>
    /// <param name="payload">Bytes of its payload.</param>
    public static int WeightOf(int payload) => payload + Room;

    /// <summary>Encodes a message.</summary>
    /// <param name="message">The payload.</param>
    /// <param name="size">Its size, from <see cref="IMessage.CalculateSize"/>.</param>
    public static EncodedFrame Of(IMessage message, int size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Room + size);
        message.WriteTo(buffer.AsSpan(Room, size));
        return new() { Buffer = buffer, _payload = Room, Start = Room, End = Room + size };
    }

    /// <summary>A frame of two small numbers, as credit and cancellation are.</summary>
    public static EncodedFrame OfNumbers(uint first, uint second)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Room + 12);
        var end = WriteNumber(buffer, Room, 1, first);
        return new() { Buffer = buffer, _payload = Room, Start = Room, End = WriteNumber(buffer, end, 2, second) };
    }

    /// <summary>A buffer for a chunk, into which the data is read: <see cref="DataOf"/>.</summary>
    public static byte[] RentChunk(int size) => ArrayPool<byte>.Shared.Rent(Room + ChunkHead + size + 4);

    /// <summary>Where the data of a chunk belongs.</summary>
    public static Memory<byte> DataOf(byte[] chunk, int size) => chunk.AsMemory(Room + ChunkHead, size);

    /// <summary>A chunk whose data is in place.</summary>
    public static EncodedFrame OfChunk(byte[] chunk, uint streamId, int length, bool isLast, bool isBroken)
    {
        var at = Room + ChunkHead;
        var end = at + length;
        if (length > 0)
        {
            at -= SizeOf((uint)length);
            WriteVarint(chunk, at, (uint)length);
            chunk[--at] = (2 << 3) | LengthDelimited;
        }
        at -= 1 + SizeOf(streamId);
        WriteNumber(chunk, at, 1, streamId);
        end = WriteNumber(chunk, end, 3, isLast ? 1u : 0);
        end = WriteNumber(chunk, end, 4, isBroken ? 1u : 0);
        return new() { Buffer = chunk, _payload = at, Start = at, End = end };
    }

    /// <summary>Writes call and kind before the payload.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="field">Number of the payload in <see cref="GatewayFrame"/>.</param>
    public void Address(ulong callId, int field)
    {
        var payload = End - _payload;
        var at = _payload - SizeOf((uint)payload);
        WriteVarint(Buffer, at, (uint)payload);
        Buffer[--at] = (byte)((field << 3) | LengthDelimited);
        at -= SizeOf(callId);
        WriteVarint(Buffer, at, callId);
        Buffer[--at] = 1 << 3;
        var length = (uint)(End - at);
        at -= SizeOf(length);
        WriteVarint(Buffer, at, length);
        Buffer[--at] = (1 << 3) | LengthDelimited;
        Start = at;
    }

    /// <summary>Gives the buffer back.</summary>
    public readonly void Return() => ArrayPool<byte>.Shared.Return(Buffer);

    private static int SizeOf(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    private static int WriteNumber(byte[] buffer, int at, int field, uint value)
    {
        if (value == 0)
            return at;
        buffer[at++] = (byte)(field << 3);
        return WriteVarint(buffer, at, value);
    }

    private static int WriteVarint(byte[] buffer, int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            buffer[at++] = (byte)(value | 0x80);
        buffer[at++] = (byte)value;
        return at;
    }
}
