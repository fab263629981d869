namespace Gateway.Packages;

/// <summary>The checksum of zip entries (ISO 3309, reversed polynomial 0xEDB88320).</summary>
internal struct Crc32()
{
    private static readonly uint[] s_table = Table();

    private uint _rest = uint.MaxValue;

    /// <summary>The checksum of everything so far.</summary>
    public readonly uint Value => ~_rest;

    /// <summary>Continues with more bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            _rest = s_table[(byte)(_rest ^ b)] ^ (_rest >> 8);
    }

    private static uint[] Table()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var rest = i;
            for (var bit = 0; bit < 8; bit++)
                rest = (rest & 1) == 0 ? rest >> 1 : 0xEDB88320 ^ (rest >> 1);
            table[i] = rest;
        }
        return table;
    }
}
