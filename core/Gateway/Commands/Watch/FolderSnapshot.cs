namespace Gateway.Commands.Watch;

/// <summary>Every file below a folder with what tells that it has changed: length, times, and where links lead.</summary>
/// <remarks>Polled: notifications of the kernel miss bind mounts and the swapped links of mounted configuration maps.</remarks>
internal sealed class FolderSnapshot : IEquatable<FolderSnapshot>
{
    private const int MostFiles = 50_000;
    private const int MostLevels = 64;

    private readonly Dictionary<string, Stamp> _files = new(StringComparer.Ordinal);

    private readonly record struct Stamp(long Length, long Written, long Created, string? Target);

    private FolderSnapshot()
    {
    }

    /// <summary>Looks at a folder; what cannot be read counts as absent.</summary>
    /// <param name="folder">Absolute path.</param>
    /// <param name="isIgnored">Whether a file, by its absolute path, does not count.</param>
    public static FolderSnapshot Of(string folder, Func<string, bool> isIgnored)
    {
        var snapshot = new FolderSnapshot();
        snapshot.Look(new DirectoryInfo(folder), isIgnored, new HashSet<string>(StringComparer.Ordinal), 0);
        return snapshot;
    }

    /// <inheritdoc/>
    public bool Equals(FolderSnapshot? other)
    {
        if (other is null || other._files.Count != _files.Count)
            return false;
        foreach (var (path, stamp) in _files)
        {
            if (!other._files.TryGetValue(path, out var its) || its != stamp)
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FolderSnapshot);

    /// <inheritdoc/>
    public override int GetHashCode() => _files.Count;

    private void Look(DirectoryInfo folder, Func<string, bool> isIgnored, HashSet<string> seen, int level)
    {
        // Links may lead in circles.
        if (level > MostLevels || !seen.Add(Final(folder)?.FullName ?? folder.FullName))
            return;
        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It went away in between, or is not ours to read.
            return;
        }
        foreach (var entry in entries)
        {
            if (_files.Count >= MostFiles)
                return;
            if (entry is DirectoryInfo inner)
            {
                // Mounted configuration maps are swapped by one link of a folder.
                if (inner.LinkTarget is { } target)
                    _files[inner.FullName] = new(0, 0, 0, target);
                // What tools keep there changes with every command of theirs.
                if (inner.Name is not (".git" or ".hg" or ".svn"))
                    Look(inner, isIgnored, seen, level + 1);
            }
            else if (!isIgnored(entry.FullName))
            {
                Add((FileInfo)entry);
            }
        }
    }

    private void Add(FileInfo file)
    {
        try
        {
            var target = Final(file);
            var real = target as FileInfo ?? file;
            _files[file.FullName] = new(real.Exists ? real.Length : -1, real.LastWriteTimeUtc.Ticks, real.CreationTimeUtc.Ticks, target?.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone in between: absent.
        }
    }

    private static FileSystemInfo? Final(FileSystemInfo entry)
    {
        try
        {
            return entry.LinkTarget is null ? null : entry.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException)
        {
            // A link that leads to itself.
            return null;
        }
    }
}
