namespace KrakenPlugins.Cryptography;

/// <summary>CRC-64 with the polynomial of ECMA-182, bits reversed, as Go's <c>crc64.MakeTable(crc64.ECMA)</c> computes it (CRC-64/XZ).</summary>
public static class Crc64Ecma
{
    private const ulong Polynomial = 0xC96C5795D7870F42;

    private static readonly ulong[] s_table = MakeTable();

    /// <summary>The checksum.</summary>
    public static ulong Compute(ReadOnlySpan<byte> input) => Append(0, input);

    /// <summary>The checksum of what one was computed for and more input behind it.</summary>
    public static ulong Append(ulong checksum, ReadOnlySpan<byte> input)
    {
        var value = ~checksum;
        foreach (var next in input)
            value = s_table[(byte)(value ^ next)] ^ value >> 8;
        return ~value;
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? value >> 1 ^ Polynomial : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
