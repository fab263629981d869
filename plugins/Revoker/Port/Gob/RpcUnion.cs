using System.IO.Compression;
using KrakenPlugins.Revoker.Filters;

namespace KrakenPlugins.Revoker.Port.Gob;

/// <summary>The caller's filters were not made with the settings of these here.</summary>
internal sealed class FilterMismatchException(string message) : Exception(message);

/// <summary>
/// The argument of <c>Union</c>: the filters of the caller as they write themselves. That is a stream of gob, compressed with gzip, of a struct
/// <c>{Previous, Current, Next, Config}</c>, whose filters are streams of gob again: <c>{BS, M, K, HashName}</c>.
/// </summary>
internal static class RpcUnion
{
    private const int Envelope = 64 << 10;
    private const int MostName = 64;

    /// <summary>The bits of the filter that a caller holds as its previous one before its first rotation: of 2 elements with P 0.5.</summary>
    private static readonly ulong s_emptyBits = (ulong)FilterSettings.BitsFor(2, 0.5);

    /// <summary>Bytes that three filters can take, whether they can be compressed or not.</summary>
    public static int MostBytes(RotatingFilter filter) => (int)Math.Min(int.MaxValue - Envelope, (filter.ByteCount * 3) + (filter.ByteCount / 100) + Envelope);

    /// <summary>Adds the filters. Throws <see cref="FilterMismatchException"/>, or <see cref="PortException"/> when they are none.</summary>
    public static void Merge(RotatingFilter filter, ReadOnlyMemory<byte> written)
    {
        var set = ReadStream(Inflate(written, MostBytes(filter)));
        var inner = set.Record("Config").Record("Config");
        Compare("N", inner.UInt("N"), (ulong)filter.Settings.Count);
        Compare("P", inner.Float("P"), filter.Settings.Probability);
        Compare("hash_name", inner.Text("HashName", MostName), filter.Settings.HashText);
        var most = MostBytes(filter);
        var content = new[] { "Previous", "Current", "Next" }.Select(name => ContentOf(filter, name, Inflate(set.Bytes(name), most))).ToArray();
        var filters = filter.Filters.All.ToArray();
        for (var i = 0; i < filters.Length; i++)
            filters[i].Merge(0, content[i].Span);
        filter.NoteChange();
    }

    private static ReadOnlyMemory<byte> ContentOf(RotatingFilter filter, string name, ReadOnlyMemory<byte> written)
    {
        if (written.IsEmpty)
            return default;
        var record = ReadStream(written);
        var bits = record.UInt("M");
        if (name == "Previous" && bits == s_emptyBits)
            return default;
        Compare("M", bits, (ulong)filter.Settings.Bits);
        Compare("K", record.UInt("K"), (ulong)filter.Hashes);
        Compare("hash_name", record.Text("HashName", MostName), filter.Settings.HashText);
        var content = record.Bytes("BS");
        return content.Length >= filter.ByteCount && content.Length < filter.ByteCount + 8
            ? content[..(int)filter.ByteCount]
            : throw new FilterMismatchException($"error: different sizes {content.Length} vs. {filter.ByteCount} bytes");
    }

    private static void Compare<T>(string what, T other, T mine)
    {
        if (!EqualityComparer<T>.Default.Equals(other, mine))
            throw new FilterMismatchException($"error: different {what} values {other} vs. {mine}");
    }

    private static GobRecord ReadStream(ReadOnlyMemory<byte> bytes)
    {
        var types = new GobTypes();
        while (true)
        {
            var reader = new GobReader(bytes.Span);
            var length = reader.ReadBytes().Length;
            var start = bytes.Length - reader.Left - length;
            if (types.Read(bytes.Slice(start, length)) is { } record)
                return record;
            bytes = bytes[(start + length)..];
        }
    }

    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> bytes, int most)
    {
        if (bytes.Length < 2 || bytes.Span[0] != 0x1f || bytes.Span[1] != 0x8b)
            return bytes;
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes.ToArray(), writable: false), CompressionMode.Decompress);
            using var result = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (var read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
            {
                if (result.Length + read > most)
                    throw new PortException($"gzip: more than the {most} bytes that three filters take");
                result.Write(buffer, 0, read);
            }
            return result.GetBuffer().AsMemory(0, (int)result.Length);
        }
        catch (InvalidDataException)
        {
            throw new PortException("gzip: broken");
        }
    }
}
