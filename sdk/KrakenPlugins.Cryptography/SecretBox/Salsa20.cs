using System.Buffers.Binary;
using System.Numerics;

namespace KrakenPlugins.Cryptography;

/// <summary>Salsa20 with 20 rounds and keys of 32 bytes, and what extends its nonce to 24 bytes (XSalsa20).</summary>
internal static class Salsa20
{
    public const int BlockLength = 64;

    private static ReadOnlySpan<uint> Constants => [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>The key for the last 8 bytes of a nonce of 24, from its first 16 (HSalsa20).</summary>
    public static void DeriveKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> derived)
    {
        Span<uint> state = stackalloc uint[16];
        Fill(state, key);
        for (var i = 0; i < 4; i++)
            state[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(nonce[(4 * i)..]);
        Rounds(state);
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(derived[(4 * i)..], state[5 * i]);
            BinaryPrimitives.WriteUInt32LittleEndian(derived[(16 + 4 * i)..], state[6 + i]);
        }
        state.Clear();
    }

    /// <summary>A block of the key stream.</summary>
    public static void Block(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ulong counter, Span<byte> block)
    {
        Span<uint> start = stackalloc uint[16], state = stackalloc uint[16];
        Fill(start, key);
        start[6] = BinaryPrimitives.ReadUInt32LittleEndian(nonce);
        start[7] = BinaryPrimitives.ReadUInt32LittleEndian(nonce[4..]);
        start[8] = (uint)counter;
        start[9] = (uint)(counter >> 32);
        start.CopyTo(state);
        Rounds(state);
        for (var i = 0; i < 16; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], state[i] + start[i]);
        start.Clear();
        state.Clear();
    }

    private static void Fill(Span<uint> state, ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < 4; i++)
        {
            state[5 * i] = Constants[i];
            state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + 4 * i)..]);
        }
    }

    private static void Rounds(Span<uint> x)
    {
        for (var i = 0; i < 10; i++)
        {
            Quarter(x, 0, 4, 8, 12);
            Quarter(x, 5, 9, 13, 1);
            Quarter(x, 10, 14, 2, 6);
            Quarter(x, 15, 3, 7, 11);
            Quarter(x, 0, 1, 2, 3);
            Quarter(x, 5, 6, 7, 4);
            Quarter(x, 10, 11, 8, 9);
            Quarter(x, 15, 12, 13, 14);
        }
    }

    private static void Quarter(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }
}
