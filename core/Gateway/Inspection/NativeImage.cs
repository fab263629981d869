using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gateway.Inspection;

/// <summary>Reads the heads of native libraries: ELF, PE and Mach-O.</summary>
internal static class NativeImage
{
    private const int Head = 4096;

    /// <summary>System and processor of a native library: <c>Linux Arm64</c>; <see langword="null"/> for other files.</summary>
    public static string? Describe(string path) => Read(path) is var (system, processor) && system.Length > 0 ? $"{system} {processor?.ToString() ?? "another processor"}" : null;

    /// <summary>Whether a native library cannot be loaded here; <see langword="false"/> for what is none.</summary>
    public static bool IsForeign(string path)
    {
        var (system, processor) = Read(path);
        if (system.Length == 0)
            return false;
        var own = OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "macOS" : "Linux";
        return system != own || processor != RuntimeInformation.ProcessArchitecture;
    }

    private static (string System, Architecture? Processor) Read(string path)
    {
        Span<byte> head = stackalloc byte[Head];
        using (var stream = File.OpenRead(path))
            head = head[..stream.ReadAtLeast(head, Head, throwOnEndOfStream: false)];
        if (head.Length >= 20 && head[..4].SequenceEqual("\u007fELF"u8))
            return ("Linux", Elf(head[5] == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[18..])));
        if (head.Length >= 64 && head[..2].SequenceEqual("MZ"u8))
            return Portable(head);
        if (head.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(head) == 0xFEEDFACF)
            return ("macOS", BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) switch { 0x01000007 => Architecture.X64, 0x0100000C => Architecture.Arm64, _ => null });
        // A universal library holds several processors; assume the right one.
        return head.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(head) == 0xCAFEBABE ? ("macOS", RuntimeInformation.ProcessArchitecture) : ("", null);
    }

    private static (string, Architecture?) Portable(ReadOnlySpan<byte> head)
    {
        var at = BinaryPrimitives.ReadInt32LittleEndian(head[60..]);
        if (at < 0 || at > head.Length - 6)
            return ("", null);
        return ("Windows", BinaryPrimitives.ReadUInt16LittleEndian(head[(at + 4)..]) switch
        {
            0x8664 => Architecture.X64,
            0xAA64 => Architecture.Arm64,
            0x014C => Architecture.X86,
            _ => null,
        });
    }

    private static Architecture? Elf(ushort machine) => machine switch
    {
        0x3E => Architecture.X64,
        0xB7 => Architecture.Arm64,
        0x28 => Architecture.Arm,
        0x03 => Architecture.X86,
        0xF3 => Architecture.RiscV64,
        0x16 => Architecture.S390x,
        0x15 => Architecture.Ppc64le,
        _ => null,
    };
}
