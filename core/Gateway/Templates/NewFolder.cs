using System.Text;
using Gateway.Packages;

namespace Gateway.Templates;

/// <summary>Writes files into a folder that has none yet: all of them, or nothing.</summary>
internal static class NewFolder
{
    /// <summary>Writes files.</summary>
    /// <param name="folder">An empty folder, or one that does not exist.</param>
    /// <param name="files">Contents by path, with <c>/</c>.</param>
    /// <exception cref="PackageException">Something is there already.</exception>
    public static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        if (File.Exists(folder))
            throw new PackageException($"{folder} is a file; name a folder with --out");
        var isNew = !Directory.Exists(folder);
        if (!isNew && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new PackageException($"{folder} is not empty; name another folder with --out");
        try
        {
            foreach (var (path, content) in files)
            {
                var file = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, content, new UTF8Encoding(false));
            }
        }
        catch
        {
            Clear(folder, isNew);
            throw;
        }
    }

    private static void Clear(string folder, bool isNew)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var inner in Directory.GetDirectories(folder))
            Directory.Delete(inner, recursive: true);
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);
        if (isNew)
            Directory.Delete(folder);
    }
}
