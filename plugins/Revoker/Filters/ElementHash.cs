using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Revoker.Filters;

/// <summary>The positions of an element (AUT-074), computed once for all filters of a set.</summary>
internal struct ElementHash
{
    /// <summary>Positions that the family <c>default</c> gives at most: two of MD5, one, two of SHA-1, one, two.</summary>
    private const int MostWords = 8;

    private Words _words;
    private int _count;
    private bool _isOptimal;

    /// <summary>How many positions there are.</summary>
    public readonly int Count => _count;

    /// <summary>Hashes an element.</summary>
    /// <param name="element">Its bytes.</param>
    /// <param name="hash">The family.</param>
    /// <param name="hashes">How many functions of it, as <see cref="FilterSettings.Hashes"/> says.</param>
    public static ElementHash Of(ReadOnlySpan<byte> element, HashName hash, int hashes)
    {
        var result = default(ElementHash);
        if (hash == HashName.Optimal)
        {
            Split(Fnv.Hash128(element), out result._words[0], out result._words[1]);
            result._isOptimal = true;
            result._count = hashes;
            return result;
        }
        result.AddDigests(element, hashes);
        return result;
    }

    /// <summary>A position before it is reduced to the number of bits.</summary>
    public readonly ulong this[int index] => _isOptimal ? unchecked(_words[0] + ((ulong)index * _words[1])) : _words[index];

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "positions in a filter that other programs fill the same way")]
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "positions in a filter that other programs fill the same way")]
    private void AddDigests(ReadOnlySpan<byte> element, int hashes)
    {
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        MD5.HashData(element, digest);
        Add(BinaryPrimitives.ReadUInt64LittleEndian(digest));
        Add(BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]));
        if (hashes > 1)
            Add(BinaryPrimitives.ReverseEndianness(Crc64Ecma.Compute(element)));
        if (hashes > 2)
        {
            SHA1.HashData(element, digest);
            Add(BinaryPrimitives.ReadUInt64LittleEndian(digest));
            Add(BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]));
        }
        if (hashes > 3)
            Add(BinaryPrimitives.ReverseEndianness(Fnv.Hash64(element)));
        if (hashes <= 4)
            return;
        Split(Fnv.Hash128(element), out var first, out var second);
        Add(first);
        Add(second);
    }

    private void Add(ulong word) => _words[_count++] = word;

    // Digests are written in network order and read again the other way round.
    private static void Split(UInt128 digest, out ulong first, out ulong second)
    {
        first = BinaryPrimitives.ReverseEndianness((ulong)(digest >> 64));
        second = BinaryPrimitives.ReverseEndianness((ulong)digest);
    }

    [InlineArray(MostWords)]
    private struct Words
    {
        private ulong _first;
    }
}
