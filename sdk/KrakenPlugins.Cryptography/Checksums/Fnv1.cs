namespace KrakenPlugins.Cryptography;

/// <summary>FNV-1, the older of the two (multiply, then exclusive or), as Go's <c>hash/fnv</c> has it. No protection against anybody: for compatibility only.</summary>
public static class Fnv1
{
    /// <summary>The hash of 64 bits.</summary>
    public static ulong Hash64(ReadOnlySpan<byte> input)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var value in input)
            hash = hash * 0x100000001b3UL ^ value;
        return hash;
    }

    /// <summary>The hash of 128 bits; its text is that of the big-endian bytes.</summary>
    public static UInt128 Hash128(ReadOnlySpan<byte> input)
    {
        var prime = new UInt128(0x1000000, 0x13b);
        var hash = new UInt128(0x6c62272e07bb0142, 0x62b821756295c58d);
        foreach (var value in input)
            hash = hash * prime ^ value;
        return hash;
    }
}
