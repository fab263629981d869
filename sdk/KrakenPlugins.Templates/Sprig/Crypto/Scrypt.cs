using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>The key derivation function of RFC 7914. One derivation is all that most processes do, so its loops are optimised before they run.</summary>
internal static class Scrypt
{
    private static ReadOnlySpan<byte> Diagonals => [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

    /// <param name="password">What the key is derived from.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="cost">N: a power of two; memory is 128 × N × r bytes.</param>
    /// <param name="blockSize">r.</param>
    /// <param name="parallelism">p.</param>
    /// <param name="length">Bytes to derive.</param>
    public static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelism, int length)
    {
        var words = 32 * blockSize;
        var blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, 4 * words * parallelism);
        var memory = new uint[words * cost];
        var (block, mixed) = (new uint[words], new uint[words]);
        for (var lane = 0; lane < parallelism; lane++)
        {
            var bytes = blocks.AsSpan(lane * 4 * words, 4 * words);
            ReadWords(bytes, block);
            MixMemory(block, mixed, memory, cost);
            WriteWords(block, bytes);
        }
        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixMemory(uint[] block, uint[] mixed, uint[] memory, int cost)
    {
        var words = block.Length;
        for (var i = 0; i < cost; i++)
        {
            block.CopyTo(memory, i * words);
            MixBlock(block, mixed);
        }
        for (var i = 0; i < cost; i++)
        {
            var chosen = (int)(block[words - 16] & (uint)(cost - 1));
            Xor(block, memory.AsSpan(chosen * words, words));
            MixBlock(block, mixed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixBlock(uint[] block, uint[] mixed)
    {
        Span<uint> state = stackalloc uint[16];
        block.AsSpan(block.Length - 16).CopyTo(state);
        var half = block.Length / 2;
        for (var i = 0; i < block.Length; i += 16)
        {
            Xor(state, block.AsSpan(i, 16));
            Salsa8(state);
            state.CopyTo(mixed.AsSpan((i & 16) == 0 ? i / 2 : half + i / 2 - 8, 16));
        }
        mixed.CopyTo(block, 0);
    }

    // The words lie in the order of Diagonals, so that a vector holds the same part of four quarter rounds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Salsa8(Span<uint> state)
    {
        var (a, b, c, d) = (Vector(state, 0), Vector(state, 4), Vector(state, 8), Vector(state, 12));
        var (startA, startB, startC, startD) = (a, b, c, d);
        for (var round = 0; round < 4; round++)
        {
            QuarterRounds(ref a, ref b, ref c, ref d);
            (b, c, d) = (Vector128.Shuffle(d, Turn1), Vector128.Shuffle(c, Turn2), Vector128.Shuffle(b, Turn3));
            QuarterRounds(ref a, ref b, ref c, ref d);
            (b, c, d) = (Vector128.Shuffle(d, Turn1), Vector128.Shuffle(c, Turn2), Vector128.Shuffle(b, Turn3));
        }
        (a + startA).CopyTo(state);
        (b + startB).CopyTo(state[4..]);
        (c + startC).CopyTo(state[8..]);
        (d + startD).CopyTo(state[12..]);
    }

    private static Vector128<uint> Vector(ReadOnlySpan<uint> state, int at) => Vector128.Create(state.Slice(at, 4));

    private static Vector128<uint> Turn1 => Vector128.Create(1u, 2, 3, 0);

    private static Vector128<uint> Turn2 => Vector128.Create(2u, 3, 0, 1);

    private static Vector128<uint> Turn3 => Vector128.Create(3u, 0, 1, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRounds(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        b ^= RotateLeft(a + d, 7);
        c ^= RotateLeft(b + a, 9);
        d ^= RotateLeft(c + b, 13);
        a ^= RotateLeft(d + c, 18);
    }

    private static Vector128<uint> RotateLeft(Vector128<uint> value, int bits) => value << bits | value >>> (32 - bits);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Xor(Span<uint> target, ReadOnlySpan<uint> other)
    {
        for (var i = 0; i < target.Length; i++) target[i] ^= other[i];
    }

    private static void ReadWords(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * Place(i))..]);
    }

    private static void WriteWords(ReadOnlySpan<uint> words, Span<byte> bytes)
    {
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes[(4 * Place(i))..], words[i]);
    }

    private static int Place(int i) => (i & ~15) + Diagonals[i & 15];
}
