using System.Text;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Clusters;

/// <summary>The slot of a key: CRC-16 (XMODEM) of the key, or of what stands in its first braces. Source: Redis cluster specification.</summary>
internal static class KeySlot
{
    /// <summary>How many there are.</summary>
    public const int Count = 16_384;

    private static readonly ushort[] s_table = Table();

    /// <summary>The slot of an argument.</summary>
    public static int Of(in RedisArgument key)
    {
        if (!key.IsNumber && key.Text is null)
            return Of(key.Bytes.Span);
        var text = key.Text ?? key.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = length <= 512 ? stackalloc byte[512] : new byte[length];
        return Of(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary>The slot of bytes.</summary>
    public static int Of(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{');
        if (open >= 0 && key[(open + 1)..].IndexOf((byte)'}') is var length and > 0)
            key = key.Slice(open + 1, length);
        ushort crc = 0;
        foreach (var b in key)
            crc = (ushort)((crc << 8) ^ s_table[(crc >> 8) ^ b]);
        return crc % Count;
    }

    private static ushort[] Table()
    {
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = (ushort)(i << 8);
            for (var bit = 0; bit < 8; bit++)
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
            table[i] = crc;
        }
        return table;
    }
}
