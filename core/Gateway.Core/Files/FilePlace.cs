using System.Runtime.InteropServices;

namespace Gateway.Core.Files;

/// <summary>Which file of the machine a path leads to: a file that was replaced by another has another place, whatever its length and time.</summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Number">Number of the file in it (inode).</param>
internal readonly partial record struct FilePlace(ulong Device, ulong Number)
{
    private const int CurrentFolder = -100;
    private const uint WantsNumber = 0x100;

    private static bool s_isUnknown = !OperatingSystem.IsLinux();

    /// <summary>The place behind all links; the default value where there is none, or where the system cannot tell.</summary>
    public static FilePlace Of(string path)
    {
        if (s_isUnknown)
            return default;
        try
        {
            return Statx(CurrentFolder, path, 0, WantsNumber, out var status) == 0
                ? new(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Number)
                : default;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // C libraries older than the call; length and time have to do.
            s_isUnknown = true;
            return default;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    /// <summary>The system's <c>struct statx</c>, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(0x20)]
        public ulong Number;

        [FieldOffset(0x88)]
        public uint DeviceMajor;

        [FieldOffset(0x8c)]
        public uint DeviceMinor;
    }
}
