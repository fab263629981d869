using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>
/// A hash of a text, the same in every process and on every machine, so that several gateways agree. The construction of MurmurHash3 on 64
/// bits. Whoever knows it can make keys that belong to one host; what protects the host is the bound of its load.
/// </summary>
internal static class KeyHash
{
    /// <summary>The hash.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 0x9E3779B97F4A7C15UL ^ (uint)text.Length;
        var bytes = MemoryMarshal.AsBytes(text);
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Add(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        ulong rest = 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
            rest = (rest << 8) | bytes[i];
        return Finish(Add(hash, rest));
    }

    private static ulong Add(ulong hash, ulong word)
    {
        word = BitOperations.RotateLeft(word * 0x87C37B91114253D5UL, 31) * 0x4CF5AD432745937FUL;
        return (BitOperations.RotateLeft(hash ^ word, 27) * 5) + 0x52DCE729UL;
    }

    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
