using System.Buffers.Binary;
using System.Numerics;

namespace KrakenPlugins.Cryptography;

/// <summary>
/// MD4 (RFC 1320), for protocols that are built on it (NTLM). It is broken: two texts with one hash are found by hand. Use it for nothing else.
/// </summary>
public static class Md4
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashSizeInBytes = 16;

    private const int BlockSize = 64;
    private const uint Round2 = 0x5A827999;
    private const uint Round3 = 0x6ED9EBA1;

    private static ReadOnlySpan<byte> Order3 => [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

    /// <summary>The hash of a message.</summary>
    public static byte[] HashData(ReadOnlySpan<byte> message)
    {
        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476];
        var rest = message;
        for (; rest.Length >= BlockSize; rest = rest[BlockSize..])
            Compress(state, rest[..BlockSize]);

        Span<byte> tail = stackalloc byte[2 * BlockSize];
        tail.Clear();
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        tail = tail[..(rest.Length + 9 <= BlockSize ? BlockSize : 2 * BlockSize)];
        BinaryPrimitives.WriteUInt64LittleEndian(tail[^8..], (ulong)message.Length << 3);
        for (; tail.Length > 0; tail = tail[BlockSize..])
            Compress(state, tail[..BlockSize]);

        var hash = new byte[HashSizeInBytes];
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(hash.AsSpan(4 * i), state[i]);
        return hash;
    }

    // RFC 1320, 3.4: three rounds of sixteen steps; each step turns the four words by one.
    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[16];
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var i = 0; i < 16; i++)
            (a, b, c, d) = (d, BitOperations.RotateLeft(a + ((b & c) | (~b & d)) + words[i], Shift(i, 3, 7, 11, 19)), b, c);
        for (var i = 0; i < 16; i++)
            (a, b, c, d) = (d, BitOperations.RotateLeft(a + ((b & c) | (b & d) | (c & d)) + words[((i & 3) << 2) | (i >> 2)] + Round2, Shift(i, 3, 5, 9, 13)), b, c);
        for (var i = 0; i < 16; i++)
            (a, b, c, d) = (d, BitOperations.RotateLeft(a + (b ^ c ^ d) + words[Order3[i]] + Round3, Shift(i, 3, 9, 11, 15)), b, c);
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    private static int Shift(int step, int first, int second, int third, int fourth) => (step & 3) switch
    {
        0 => first,
        1 => second,
        2 => third,
        _ => fourth,
    };
}
