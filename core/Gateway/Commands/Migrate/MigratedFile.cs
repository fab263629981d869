using System.Text;

namespace Gateway.Commands.Migrate;

/// <summary>A file cannot be migrated; the message says why, without its name.</summary>
internal sealed class MigrationException(string message) : Exception(message);

/// <summary>Reads a file, migrates its text and puts the new text in its place at once.</summary>
internal static class MigratedFile
{
    private const long MaxBytes = 64 << 20;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] s_extensions = [".json", ".tmpl"];

    /// <summary>The files that a path stands for: itself, or the configurations and templates below a folder. Hidden ones and links are left out.</summary>
    public static IEnumerable<string> Below(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(path, "*", options)
            .Where(static f => s_extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Migrates one file.</summary>
    /// <param name="path">The file; of a link what it leads to.</param>
    /// <param name="isDryRun">Whether nothing is written.</param>
    /// <exception cref="MigrationException">It cannot be read or written, or is no text.</exception>
    public static IReadOnlyList<MigrationStep> Migrate(string path, bool isDryRun)
    {
        try
        {
            var content = Read(path);
            var mark = content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
            var migrated = Migration.Of(s_utf8.GetString(content.AsSpan(mark)));
            if (!isDryRun && migrated.Steps.Any(static s => s.IsChange))
                Replace(path, [.. content.AsSpan(0, mark), .. s_utf8.GetBytes(migrated.Text)]);
            return migrated.Steps;
        }
        catch (DecoderFallbackException)
        {
            throw new MigrationException("this is no UTF-8 text; nothing was changed");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MigrationException("no such file or directory");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MigrationException(exception.Message);
        }
    }

    private static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.CanSeek && file.Length > MaxBytes)
            throw new MigrationException($"it is larger than {MaxBytes >> 20} MiB; nothing was changed");
        return File.ReadAllBytes(path);
    }

    // Whoever reads the file meanwhile, and whoever pulls the plug, finds the old text or the new one.
    private static void Replace(string path, byte[] content)
    {
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
