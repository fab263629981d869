using Microsoft.Win32.SafeHandles;

namespace Gateway.CommandLine;

/// <summary>
/// Standard output and error as plain byte streams. The framework's console streams write terminal control sequences of their own
/// before the first byte, even into <c>NO_COLOR</c>; they are used where that cannot happen.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Standard output.</summary>
    public static Stream Output() => Open(1) ?? Console.OpenStandardOutput();

    /// <summary>Standard error.</summary>
    public static Stream Error() => Open(2) ?? Console.OpenStandardError();

    // A file stream keeps a position of its own, which is wrong in a file that both streams, or several processes, append to.
    private static FileStream? Open(int descriptor)
    {
        if (OperatingSystem.IsWindows())
            return null;
        try
        {
            var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? null : stream;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // The process was started with the stream closed.
            return null;
        }
    }
}
