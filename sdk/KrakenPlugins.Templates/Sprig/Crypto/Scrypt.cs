using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>The key derivation function of RFC 7914.</summary>
internal static class Scrypt
{
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

    private static void Salsa8(Span<uint> state)
    {
        Span<uint> x = stackalloc uint[16];
        state.CopyTo(x);
        for (var round = 0; round < 8; round += 2)
        {
            QuarterRound(x, 0, 4, 8, 12);
            QuarterRound(x, 5, 9, 13, 1);
            QuarterRound(x, 10, 14, 2, 6);
            QuarterRound(x, 15, 3, 7, 11);
            QuarterRound(x, 0, 1, 2, 3);
            QuarterRound(x, 5, 6, 7, 4);
            QuarterRound(x, 10, 11, 8, 9);
            QuarterRound(x, 15, 12, 13, 14);
        }
        for (var i = 0; i < 16; i++) state[i] += x[i];
    }

    private static void QuarterRound(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }

    private static void Xor(Span<uint> target, ReadOnlySpan<uint> other)
    {
        for (var i = 0; i < target.Length; i++) target[i] ^= other[i];
    }

    private static void ReadWords(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
    }

    private static void WriteWords(ReadOnlySpan<uint> words, Span<byte> bytes)
    {
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes[(4 * i)..], words[i]);
    }
}
