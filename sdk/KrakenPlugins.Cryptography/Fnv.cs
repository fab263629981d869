namespace KrakenPlugins.Cryptography;

/// <summary>
/// Fowler–Noll–Vo hashes, variant FNV-1 (multiply, then exclusive or), of 64 and 128 bits. No protection against those who choose the input: for
/// tables and filters, and for what other systems stored with them. Source: draft-eastlake-fnv.
/// </summary>
public static class Fnv
{
    private const ulong Offset64 = 0xcbf29ce484222325;
    private const ulong Prime64 = 0x100000001b3;
    private const ulong Offset128High = 0x6c62272e07bb0142;
    private const ulong Offset128Low = 0x62b821756295c58d;
    // The prime is 2^88 + 0x13b.
    private const ulong Prime128Low = 0x13b;

    /// <summary>FNV-1 of 64 bits.</summary>
    public static ulong Hash64(ReadOnlySpan<byte> data)
    {
        var hash = Offset64;
        foreach (var value in data)
            hash = unchecked(hash * Prime64) ^ value;
        return hash;
    }

    /// <summary>FNV-1 of 128 bits. Its text is the sixteen bytes in network order.</summary>
    public static UInt128 Hash128(ReadOnlySpan<byte> data)
    {
        var high = Offset128High;
        var low = Offset128Low;
        foreach (var value in data)
        {
            var carry = Math.BigMul(low, Prime128Low, out var product);
            high = unchecked((high * Prime128Low) + carry + (low << 24));
            low = product ^ value;
        }
        return new UInt128(high, low);
    }
}
