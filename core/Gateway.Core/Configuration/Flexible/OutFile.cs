using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// Writes the rendered document, which holds every secret of the configuration: readable for its owner only from the first byte on
/// (CFG-078, 136).
/// </summary>
internal static class OutFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Replaces the file as a whole; <see langword="false"/> after an error, <see langword="true"/> also when none is wanted. A file that
    /// holds the text already is left alone, so that a watch does not see a change.
    /// </summary>
    /// <param name="path">As configured; empty for none.</param>
    /// <param name="text">The document.</param>
    /// <param name="setting">What names the path, for the error.</param>
    /// <param name="isConfined">Whether it must lie where the sources must, because a file and not the operator names it.</param>
    /// <param name="files">The files of the load.</param>
    /// <param name="diagnostics">Receives the error.</param>
    public static bool TryWrite(string path, string text, string setting, bool isConfined, SourceFiles files, ConfigDiagnostics diagnostics)
    {
        try
        {
            if (path.Length > 0)
                Write(isConfined ? files.Confined(path) : files.Absolute(path), Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or SourceFileException)
        {
            var reason = e is SourceFileException refused ? refused.Reason
                : e is DirectoryNotFoundException ? $"no such directory ({Path.GetDirectoryName(files.Absolute(path))})" : e.Message;
            diagnostics.Error(new(path, 0, 0), "", $"cannot write the rendered configuration, which {setting} asks for: {reason}");
            return false;
        }
    }

    private static void Write(string path, byte[] content)
    {
        // Behind /dev/stdout is a link to a pipe or a socket, which has no path of its own: only the kernel can follow it.
        if (IsDevice(path))
        {
            WriteTo(path, content, isDevice: true);
            return;
        }
        var target = RealPath.Of(path);
        if (IsDevice(target))
            WriteTo(path, content, isDevice: true);
        else if (!Holds(target, content) && !TryReplace(target, content))
            WriteTo(target, content, isDevice: false);
    }

    // Replacing /dev/stdout or /dev/null by a file would harm more than this process.
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows() && ((RealPath.IsWithin(path, "/dev") && !RealPath.IsWithin(path, "/dev/shm")) || RealPath.IsWithin(path, "/proc"));

    private static bool Holds(string path, byte[] content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length == content.Length
            && (OperatingSystem.IsWindows() || file.UnixFileMode == OwnerOnly)
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);
    }

    // Who has the old file open keeps the old file. False where the folder takes no new file, or the file is a mount of its own.
    private static bool TryReplace(string path, byte[] content)
    {
        if (Directory.Exists(path))
            throw new IOException($"is a directory ({path})");
        var temporary = Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        FileStream file;
        try
        {
            file = new FileStream(temporary, Options(FileMode.CreateNew));
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        try
        {
            using (file)
                file.Write(content);
            return TryMove(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void WriteTo(string path, byte[] content, bool isDevice)
    {
        using var file = new FileStream(path, isDevice ? new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write } : Options(FileMode.OpenOrCreate));
        if (!isDevice)
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
            file.SetLength(0);
        }
        else if (file.CanSeek)
        {
            // Standard output may be a log that something is in already.
            file.Seek(0, SeekOrigin.End);
        }
        file.Write(content);
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
