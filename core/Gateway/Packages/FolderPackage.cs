using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Packages;

/// <summary>Opens a plugin's folder as if it were a package, with the same bounds.</summary>
internal static class FolderPackage
{
    /// <summary>Lists the files, sorted by path.</summary>
    /// <exception cref="PackageException">A file may not be in a plugin, or there are too many.</exception>
    public static PluginPackage Open(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var paths = new PackagePaths(folder);
        var files = new List<PackageFile>();
        var pending = new Stack<DirectoryInfo>([new DirectoryInfo(folder)]);
        long length = 0;
        while (pending.TryPop(out var next))
        {
            foreach (var entry in next.EnumerateFileSystemInfos())
            {
                var path = Path.GetRelativePath(folder, entry.FullName);
                if (Path.DirectorySeparatorChar != '/')
                    path = path.Replace(Path.DirectorySeparatorChar, '/');
                if (entry.LinkTarget is not null)
                    throw new PackageException($"{folder}: {ConfigText.Quote(path)} is a link; a plugin consists of plain files");
                if (entry is DirectoryInfo inner)
                {
                    pending.Push(inner);
                    continue;
                }
                paths.Add(path);
                length += ((FileInfo)entry).Length;
                files.Add(new(path, ((FileInfo)entry).Length, null, () => new FileStream(entry.FullName, FileMode.Open, FileAccess.Read, FileShare.Read))
                {
                    IsExecutable = !OperatingSystem.IsWindows() && (entry.UnixFileMode & PackageFile.Execute) != 0,
                });
            }
            if (files.Count + pending.Count > PackageLimits.Entries)
                throw new PackageException($"{folder} has more than {PackageLimits.Entries} files and folders: that is no plugin");
            if (length > PackageLimits.Unpacked)
                throw new PackageException($"{folder} has more than {PackageLimits.Unpacked >> 20} MiB");
        }
        return new(folder, [.. files.OrderBy(static f => f.Path, StringComparer.Ordinal)], null, null);
    }
}
