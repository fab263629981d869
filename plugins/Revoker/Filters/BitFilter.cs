using System.Numerics;
using System.Runtime.InteropServices;

namespace KrakenPlugins.Revoker.Filters;

/// <summary>
/// One Bloom filter: readers look without a lock, writers set bits atomically. The bit <c>n</c> is that of value <c>1 &lt;&lt; n % 8</c> in the byte
/// <c>n / 8</c>, as in the original, so that the bytes can be exchanged.
/// </summary>
internal sealed class BitFilter
{
    private readonly long[] _words;
    private readonly ulong _bits;

    /// <param name="bits">Its size.</param>
    public BitFilter(long bits)
    {
        _bits = (ulong)bits;
        _words = new long[(bits + 63) / 64];
    }

    /// <summary>Bytes of its content.</summary>
    public long ByteCount => (long)((_bits + 7) / 8);

    /// <summary>Sets the bits of an element.</summary>
    public void Add(in ElementHash element)
    {
        for (var i = 0; i < element.Count; i++)
        {
            var position = element[i] % _bits;
            ref var word = ref _words[position >> 6];
            var bit = 1L << (int)(position & 63);
            if ((Volatile.Read(ref word) & bit) == 0)
                Interlocked.Or(ref word, bit);
        }
    }

    /// <summary>Whether all bits of an element are set.</summary>
    public bool Has(in ElementHash element)
    {
        for (var i = 0; i < element.Count; i++)
        {
            var position = element[i] % _bits;
            if ((Volatile.Read(ref _words[position >> 6]) & (1L << (int)(position & 63))) == 0)
                return false;
        }
        return true;
    }

    /// <summary>Adds the bits of a part of another filter's bytes.</summary>
    /// <param name="offset">Where the part begins, a multiple of 8.</param>
    /// <param name="content">The bytes; what lies beyond the filter's size is ignored.</param>
    public void Merge(long offset, ReadOnlySpan<byte> content)
    {
        var index = offset / sizeof(long);
        Span<byte> rest = stackalloc byte[sizeof(long)];
        while (content.Length > 0 && index < _words.Length)
        {
            var taken = Math.Min(sizeof(long), content.Length);
            rest.Clear();
            content[..taken].CopyTo(rest);
            var bits = MemoryMarshal.Read<long>(rest);
            if (!BitConverter.IsLittleEndian)
                bits = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bits);
            if (index == _words.Length - 1 && (_bits & 63) != 0)
                bits &= (1L << (int)(_bits & 63)) - 1;
            if (bits != 0)
                Interlocked.Or(ref _words[index], bits);
            content = content[taken..];
            index++;
        }
    }

    /// <summary>Copies a part of the bytes.</summary>
    /// <param name="offset">Where the part begins, a multiple of 8.</param>
    /// <param name="destination">Receives them; its length is a multiple of 8.</param>
    /// <returns>How many bytes were copied; 0 at the end.</returns>
    public int CopyTo(long offset, Span<byte> destination)
    {
        var count = (int)Math.Min(destination.Length, ByteCount - offset);
        Span<byte> word = stackalloc byte[sizeof(long)];
        for (var at = 0; at < count; at += sizeof(long))
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(word, Volatile.Read(ref _words[(offset + at) / sizeof(long)]));
            word[..Math.Min(sizeof(long), count - at)].CopyTo(destination[at..]);
        }
        return Math.Max(count, 0);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => Array.Clear(_words);

    /// <summary>Share of the bits that are set, 0 to 1.</summary>
    public double Fill
    {
        get
        {
            long set = 0;
            foreach (var word in _words)
                set += BitOperations.PopCount((ulong)word);
            return set / (double)_bits;
        }
    }
}
