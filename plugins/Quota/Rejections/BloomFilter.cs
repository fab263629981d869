namespace KrakenPlugins.Quota.Rejections;

/// <summary>
/// A set of hashes that forgets which they were: what was added is always found, anything else with a small probability (TRF-158). Reading is safe
/// beside one writer.
/// </summary>
internal sealed class BloomFilter
{
    private readonly ulong[] _words;
    private readonly ulong _bits;
    private readonly int _hashes;

    /// <summary>An empty set.</summary>
    /// <param name="expected">N, how many hashes are expected; at least 1.</param>
    /// <param name="probability">P, of finding what was not added while it holds that many; above 0, below 1.</param>
    public BloomFilter(long expected, double probability)
    {
        var bits = BitsFor(expected, probability);
        _hashes = (int)Math.Max(1, Math.Ceiling(Math.Log(2) * bits / expected));
        _words = new ulong[(int)Math.Max(1, Math.Ceiling(bits / 64))];
        _bits = (ulong)_words.Length * 64;
    }

    /// <summary>Bytes that it takes.</summary>
    public long Bytes => (long)_words.Length * sizeof(ulong);

    /// <summary>Functions that a hash becomes.</summary>
    public int Hashes => _hashes;

    /// <summary>m, the bits that N and P ask for.</summary>
    public static double BitsFor(long expected, double probability) => Math.Ceiling(-expected * Math.Log(probability) / (Math.Log(2) * Math.Log(2)));

    /// <summary>Adds a hash; one caller at a time.</summary>
    public void Add(UInt128 hash)
    {
        var (place, step) = Split(hash);
        for (var i = 0; i < _hashes; i++, place += step)
        {
            var bit = place % _bits;
            ref var word = ref _words[bit >> 6];
            Volatile.Write(ref word, word | (1UL << (int)(bit & 63)));
        }
    }

    /// <summary>Whether a hash was added, or looks as if.</summary>
    public bool Contains(UInt128 hash)
    {
        var (place, step) = Split(hash);
        for (var i = 0; i < _hashes; i++, place += step)
        {
            var bit = place % _bits;
            if ((Volatile.Read(ref _words[bit >> 6]) & (1UL << (int)(bit & 63))) == 0)
                return false;
        }
        return true;
    }

    /// <summary>Removes everything.</summary>
    public void Clear() => Array.Clear(_words);

    // An even step would visit few places only.
    private static (ulong Place, ulong Step) Split(UInt128 hash) => ((ulong)hash, (ulong)(hash >> 64) | 1);
}
