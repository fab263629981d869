namespace KrakenPlugins.Cryptography;

/// <summary>
/// Checksum of 64 bits with the polynomial of ECMA-182, bits reflected, all ones before and after (CRC-64/XZ). Finds accidents, no intent.
/// </summary>
public static class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;

    private static readonly ulong[] s_table = Table();

    /// <summary>The checksum of some bytes.</summary>
    public static ulong Ecma(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of what went before and these bytes.</summary>
    /// <param name="checksum">The checksum so far; 0 at the beginning.</param>
    /// <param name="data">What follows.</param>
    public static ulong Append(ulong checksum, ReadOnlySpan<byte> data)
    {
        var value = ~checksum;
        foreach (var next in data)
            value = s_table[(byte)value ^ next] ^ (value >> 8);
        return ~value;
    }

    private static ulong[] Table()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
