namespace Gateway.Core.Plugins;

/// <summary>
/// A private folder for copies of files that are about to be loaded. A copy of an assembly is removed as soon as it is mapped, where the
/// system allows that.
/// </summary>
internal sealed class ShadowCopy : IDisposable
{
    private string? _folder;
    private bool _isUnusable;
    private int _count;

    /// <summary>Writes a copy and returns its path; <see langword="null"/> when there is no place to write to.</summary>
    public string? Place(string original, ReadOnlySpan<byte> content)
    {
        if (_isUnusable)
            return null;
        try
        {
            _folder ??= Directory.CreateTempSubdirectory("gateway-plugins-").FullName;
            // Two plugins may have files of one name.
            var folder = Directory.CreateDirectory(Path.Combine(_folder, (++_count).ToString(System.Globalization.CultureInfo.InvariantCulture))).FullName;
            var copy = Path.Combine(folder, Path.GetFileName(original));
            File.WriteAllBytes(copy, content);
            return copy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isUnusable = true;
            return null;
        }
    }

    /// <summary>Writes a copy of a native library, which stays; the original where there is no place to write to.</summary>
    public string KeepNative(string original, ReadOnlySpan<byte> content) => Place(original, content) ?? original;

    /// <summary>Removes a copy that is mapped; where the system does not let go of it, it goes with the folder.</summary>
    public static void Remove(string copy)
    {
        try
        {
            File.Delete(copy);
            Directory.Delete(Path.GetDirectoryName(copy)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Windows keeps what is mapped.
        }
    }

    public void Dispose()
    {
        try
        {
            if (_folder is not null)
                Directory.Delete(_folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left to the system's own cleaning of temporary files.
        }
    }
}
