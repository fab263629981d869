using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace KrakenPlugins.ApiKeys;

/// <summary>
/// From a key's digest to its number, in time that does not depend on how many there are (AUT-105). Immutable. The place in the table is a part
/// of the digest, which nobody can foretell without the secret in it.
/// </summary>
internal sealed class KeyTable
{
    private readonly UInt128[] _digests;
    private readonly int[] _numbers;
    private readonly int _mask;

    /// <param name="digests">Digests by number, no two equal.</param>
    public KeyTable(IReadOnlyList<UInt128> digests)
    {
        // Never more than half full, so that a free place ends every search soon.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, 2 * digests.Count));
        _mask = size - 1;
        _digests = new UInt128[size];
        _numbers = new int[size];
        for (var number = 0; number < digests.Count; number++)
        {
            var place = PlaceOf(digests[number]);
            var steps = 1;
            for (; _numbers[place] != 0; steps++)
                place = (place + 1) & _mask;
            LongestSearch = Math.Max(LongestSearch, steps);
            _digests[place] = digests[number];
            _numbers[place] = number + 1;
        }
    }

    /// <summary>Places that are looked at for the key that is farthest from its own.</summary>
    public int LongestSearch { get; }

    /// <summary>The number of a key, or -1.</summary>
    public int Find(in UInt128 digest)
    {
        var wanted = MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in digest));
        for (var place = PlaceOf(digest); _numbers[place] != 0; place = (place + 1) & _mask)
        {
            if (CryptographicOperations.FixedTimeEquals(wanted, MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in _digests[place]))))
                return _numbers[place] - 1;
        }
        return -1;
    }

    private int PlaceOf(in UInt128 digest) => (int)(uint)(ulong)digest & _mask;
}
