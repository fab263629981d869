namespace Gateway.Core.Configuration.Flexible;

/// <summary>A file that a scan found.</summary>
/// <param name="Path">Path as configured: that of the folder, and what follows.</param>
/// <param name="Folders">Names of the folders between the listed one and the file.</param>
/// <param name="Name">Its own name.</param>
internal sealed record FoundFile(string Path, IReadOnlyList<string> Folders, string Name);

/// <summary>Walks folders: of each one its files first, then its folders, both in ordinal order. Links are followed, in circles once.</summary>
internal sealed class FolderScan(SourceFiles files, FlexibleLimits limits)
{
    /// <summary>Every file below a folder.</summary>
    /// <exception cref="SourceFileException">A folder cannot be read.</exception>
    public IReadOnlyList<FoundFile> All(string folder)
    {
        var found = new List<FoundFile>();
        Walk(folder, [], [RealPath.Of(files.Absolute(folder))], found);
        return found;
    }

    /// <summary>The files directly inside a folder whose names have an ending.</summary>
    /// <exception cref="SourceFileException">The folder cannot be read.</exception>
    public IReadOnlyList<FoundFile> Direct(string folder, string suffix)
    {
        var found = new List<FoundFile>();
        foreach (var name in files.Entries(folder))
        {
            var path = Path.Join(folder, name);
            if (name.EndsWith(suffix, StringComparison.Ordinal) && !Directory.Exists(files.Absolute(path)))
                found.Add(new(path, [], name));
        }
        return found;
    }

    private void Walk(string folder, IReadOnlyList<string> above, IReadOnlyList<string> walked, List<FoundFile> found)
    {
        if (above.Count > limits.FolderDepth)
            throw new SourceFileException(folder, $"more than {limits.FolderDepth} folders within each other");
        var folders = new List<string>();
        foreach (var name in files.Entries(folder))
        {
            var path = Path.Join(folder, name);
            if (Directory.Exists(files.Absolute(path)))
                folders.Add(name);
            else
                found.Add(new(path, above, name));
        }
        foreach (var name in folders)
        {
            var path = Path.Join(folder, name);
            var real = RealPath.Of(files.Absolute(path));
            if (!walked.Contains(real, StringComparer.Ordinal))
                Walk(path, [.. above, name], [.. walked, real], found);
        }
    }
}
