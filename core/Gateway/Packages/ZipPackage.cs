using System.IO.Compression;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Packages;

/// <summary>Opens a package file: a zip with the plugin's files under <c>plugin/</c>, as NuGet packages have them, or at its root.</summary>
internal static class ZipPackage
{
    private const string Prefix = "plugin/";
    private const int TypeOfUnixMode = 0xF000;
    private const int Regular = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>Opens a file.</summary>
    /// <exception cref="PackageException">It is no package, or one that may not be unpacked.</exception>
    public static PluginPackage Open(string file) => Open(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read), file);

    /// <summary>Opens the bytes of a package, which belong to the result.</summary>
    /// <param name="zip">Seekable.</param>
    /// <param name="origin">Where they came from, for messages.</param>
    /// <exception cref="PackageException">They are no package, or one that may not be unpacked.</exception>
    public static PluginPackage Open(FileStream zip, string origin)
    {
        try
        {
            if (zip.Length > PackageLimits.Packed)
                throw new PackageException($"{origin} is larger than {PackageLimits.Packed >> 20} MiB");
            ZipDirectory.Check(zip, origin);
            var archive = new ZipArchive(zip, ZipArchiveMode.Read);
            var entries = Judge(archive, zip.Length, origin, out var nuspec);
            var identity = nuspec is null ? null : PackageIdentity.Read(nuspec.Open(), nuspec.Length, origin);
            return new(origin, PluginFiles(entries), identity, archive);
        }
        catch (InvalidDataException exception)
        {
            zip.Dispose();
            throw new PackageException($"{origin} is damaged: {exception.Message}");
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    // Files outside of the plugin's part are never written, but a package with a hostile one is not to be trusted with the others either.
    private static List<PackageFile> Judge(ZipArchive archive, long packed, string origin, out ZipArchiveEntry? nuspec)
    {
        nuspec = archive.Entries.FirstOrDefault(static e => e.FullName.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase) && !e.FullName.Contains('/', StringComparison.Ordinal));
        if (archive.Entries.Count > PackageLimits.Entries)
            throw new PackageException($"{origin} has more than {PackageLimits.Entries} entries");
        var paths = new PackagePaths(origin);
        var files = new List<PackageFile>(archive.Entries.Count);
        long unpacked = 0;
        foreach (var entry in archive.Entries)
        {
            var name = nuspec is null ? entry.FullName : Uri.UnescapeDataString(entry.FullName);
            var isFolder = name.EndsWith('/');
            JudgeEntry(entry, name, isFolder, origin);
            if (isFolder)
                continue;
            paths.Add(name);
            unpacked += entry.Length;
            if (unpacked > PackageLimits.Unpacked)
                throw new PackageException($"{origin} would unpack to more than {PackageLimits.Unpacked >> 20} MiB");
            files.Add(new(name, entry.Length, entry.Crc32, entry.Open) { IsExecutable = ((entry.ExternalAttributes >> 16) & (int)PackageFile.Execute) != 0 });
        }
        if (unpacked > PackageLimits.RatioFrom && unpacked / PackageLimits.Ratio > packed)
            throw new PackageException($"{origin} would unpack to more than {PackageLimits.Ratio} times its size: it is made to fill the disk");
        return files;
    }

    private static void JudgeEntry(ZipArchiveEntry entry, string name, bool isFolder, string origin)
    {
        if (isFolder && PackagePaths.Fault(name[..^1]) is { } fault)
            throw new PackageException($"{origin}: {ConfigText.Quote(name)} {fault}");
        if (entry.IsEncrypted)
            throw new PackageException($"{origin}: {ConfigText.Quote(name)} is encrypted");
        var type = (entry.ExternalAttributes >> 16) & TypeOfUnixMode;
        if (type != 0 && type != (isFolder ? Folder : Regular))
            throw new PackageException($"{origin}: {ConfigText.Quote(name)} is a link or a special file; a plugin consists of plain files");
    }

    private static PackageFile[] PluginFiles(List<PackageFile> files) => files.Exists(static f => f.Path == Prefix + PluginManifest.FileName)
        ? [.. files.Where(static f => f.Path.StartsWith(Prefix, StringComparison.Ordinal)).Select(static f => f with { Path = f.Path[Prefix.Length..] })]
        : [.. files];
}
