using System.Buffers.Binary;

namespace Gateway.Packages;

/// <summary>
/// The end of a zip file's directory (APPNOTE 4.3.16), read before the directory: a reader takes all entries into memory, and a package of
/// allowed size could have millions.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const long LargestDirectory = 16L << 20;

    /// <summary>Checks the directory's size.</summary>
    /// <exception cref="PackageException">It is no zip file, or has too many entries.</exception>
    public static void Check(Stream zip, string origin)
    {
        var tail = new byte[Math.Min(zip.Length, EndLength + LongestComment)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || tail.Length - end < EndLength)
            throw new PackageException($"{origin} is no package: it is no zip file, or it breaks off");
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10));
        var start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        var directory = zip.Length - tail.Length + end - start;
        if (entries > PackageLimits.Entries || directory > LargestDirectory)
            throw new PackageException($"{origin} has more than {PackageLimits.Entries} entries");
        if (directory < 0)
            throw new PackageException($"{origin} is damaged: its directory lies outside of it");
        zip.Position = 0;
    }
}
