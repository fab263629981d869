using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Gateway.Core.Plugins;

/// <summary>
/// Tells assemblies that are built for another processor. Reads the few header fields itself: the framework's reader costs a start 3 ms.
/// </summary>
internal static class ProcessorCheck
{
    private const int CoffHeaderSize = 20;
    private const int SectionHeaderSize = 40;
    private const int DirectoriesInPe32 = 96;
    private const int DirectoriesInPe32Plus = 112;
    private const int CliHeaderDirectory = 14;

    /// <summary>
    /// The machine that an image (ECMA-335 II.25) is built for when this process cannot run it; otherwise, and for what is no whole image,
    /// <see langword="null"/>: the runtime says that when it loads it.
    /// </summary>
    public static Machine? Foreign(ReadOnlySpan<byte> image)
    {
        if (CoffHeader(image) is not { } coff)
            return null;
        var machine = (Machine)BinaryPrimitives.ReadUInt16LittleEndian(image[coff..]);
        var isIl = machine == Machine.I386 && CliFlags(image, coff) is { } flags && !flags.HasFlag(CorFlags.Requires32Bit);
        var own = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => Machine.Amd64,
            Architecture.Arm64 => Machine.Arm64,
            Architecture.Arm => Machine.ArmThumb2,
            _ => Machine.I386,
        };
        // ReadyToRun code for Linux marks its machine with the system's number.
        return !isIl && machine is Machine.I386 or Machine.Amd64 or Machine.Arm64 or Machine.ArmThumb2 or Machine.Arm && machine != own ? machine : null;
    }

    private static int? CoffHeader(ReadOnlySpan<byte> image)
    {
        if (image.Length < 0x40 || !image.StartsWith("MZ"u8))
            return null;
        var start = BinaryPrimitives.ReadUInt32LittleEndian(image[0x3c..]);
        return start <= image.Length - (4 + CoffHeaderSize) && image[(int)start..].StartsWith("PE\0\0"u8) ? (int)start + 4 : null;
    }

    private static CorFlags? CliFlags(ReadOnlySpan<byte> image, int coff)
    {
        var optional = image[(coff + CoffHeaderSize)..];
        var size = BinaryPrimitives.ReadUInt16LittleEndian(image[(coff + 16)..]);
        if (optional.Length < size || size < 2)
            return null;
        var isPlus = BinaryPrimitives.ReadUInt16LittleEndian(optional) == (ushort)PEMagic.PE32Plus;
        var directory = (isPlus ? DirectoriesInPe32Plus : DirectoriesInPe32) + (CliHeaderDirectory * 8);
        if (size < directory + 8)
            return null;
        var address = BinaryPrimitives.ReadUInt32LittleEndian(optional[directory..]);
        var sections = BinaryPrimitives.ReadUInt16LittleEndian(image[(coff + 2)..]);
        return address != 0 && Offset(optional[size..], sections, address) is { } offset && offset <= image.Length - 20
            ? (CorFlags)BinaryPrimitives.ReadUInt32LittleEndian(image[((int)offset + 16)..])
            : null;
    }

    /// <summary>Where in the file an address of the loaded image is.</summary>
    private static long? Offset(ReadOnlySpan<byte> headers, int sections, uint address)
    {
        for (; sections > 0 && headers.Length >= SectionHeaderSize; sections--, headers = headers[SectionHeaderSize..])
        {
            var begin = BinaryPrimitives.ReadUInt32LittleEndian(headers[12..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(headers[8..]);
            if (address >= begin && address - begin < length)
                return (long)BinaryPrimitives.ReadUInt32LittleEndian(headers[20..]) + (address - begin);
        }
        return null;
    }
}
