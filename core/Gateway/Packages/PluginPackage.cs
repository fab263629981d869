using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Packages;

/// <summary>One file of a plugin that is to be installed or packed.</summary>
/// <param name="Path">Path in the plugin's folder, with <c>/</c>; judged by <see cref="PackagePaths"/>.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Crc">Checksum that the bytes must have, or <see langword="null"/>.</param>
/// <param name="Open">Reads the bytes; there may be more or fewer than promised.</param>
internal sealed record PackageFile(string Path, long Length, uint? Crc, Func<Stream> Open)
{
    /// <summary>Any of the three bits of a Unix mode that let somebody execute a file.</summary>
    public const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Whether it is a program: the one thing that is kept of its mode.</summary>
    public bool IsExecutable { get; init; }
}

/// <summary>The files of a plugin before they are in a plugin folder. Nothing of them runs.</summary>
/// <param name="origin">File, folder or address that it came from, for messages.</param>
/// <param name="files">The plugin's files, judged.</param>
/// <param name="identity">What the package around them calls itself, or <see langword="null"/>.</param>
/// <param name="source">What the files are read from, or <see langword="null"/>.</param>
internal sealed class PluginPackage(string origin, IReadOnlyList<PackageFile> files, PackageIdentity? identity, IDisposable? source) : IDisposable
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The plugin's files.</summary>
    public IReadOnlyList<PackageFile> Files => files;

    /// <summary>What the package around them calls itself, or <see langword="null"/>.</summary>
    public PackageIdentity? Identity => identity;

    /// <summary>Bytes of <c>plugin.json</c>.</summary>
    /// <exception cref="PackageException">There is none, or it is too large.</exception>
    public byte[] ReadManifest()
    {
        var file = files.FirstOrDefault(static f => f.Path == PluginManifest.FileName)
            ?? throw new PackageException($"{origin} has no {PluginManifest.FileName}: a plugin is a folder with this file in it, a package has it at plugin/{PluginManifest.FileName}");
        if (file.Length > PackageLimits.Document)
            throw new PackageException($"{origin}: {PluginManifest.FileName} is larger than {PackageLimits.Document >> 10} KiB");
        using var content = new MemoryStream((int)file.Length);
        Copy(file, content);
        return content.ToArray();
    }

    /// <summary>The manifest.</summary>
    /// <exception cref="PackageException">It cannot be used.</exception>
    public PluginManifest Manifest()
    {
        var found = new ConfigDiagnostics();
        return ManifestReader.Read(PluginManifest.FileName, ReadManifest(), found)
            ?? throw new PackageException($"{origin} holds no plugin that can be used:{string.Concat(found.All.Where(static d => d.Severity == ConfigSeverity.Error).Take(10).Select(static d => $"\n  {d}"))}");
    }

    /// <summary>Writes every file into a folder.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="manifest">The manifest: files of plugins that start no process of their own are programs for nobody.</param>
    /// <exception cref="PackageException">A file is damaged.</exception>
    public void UnpackTo(string folder, PluginManifest manifest)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Path.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var into = new FileStream(path, OptionsFor(file.IsExecutable && HasPrograms(manifest)));
            Copy(file, into);
        }
    }

    /// <summary>Whether the executable files of a plugin stay so: only where its process may begin with one.</summary>
    public static bool HasPrograms(PluginManifest manifest) => manifest.IsProcess;

    // What the umask leaves of it, as for any file that a program makes.
    private static FileStreamOptions OptionsFor(bool isProgram)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isProgram && !OperatingSystem.IsWindows())
            options.UnixCreateMode = ReadWrite | PackageFile.Execute;
        return options;
    }

    /// <summary>Copies a file, and no more than it promised to have.</summary>
    /// <exception cref="PackageException">It is damaged.</exception>
    public void Copy(PackageFile file, Stream into)
    {
        try
        {
            using var from = file.Open();
            var buffer = new byte[81920];
            var left = file.Length;
            var crc = new Crc32();
            for (int read; (read = from.Read(buffer)) > 0; left -= read)
            {
                if (read > left)
                    throw Damaged(file, "it is longer than the package says");
                crc.Add(buffer.AsSpan(0, read));
                into.Write(buffer, 0, read);
            }
            if (left > 0)
                throw Damaged(file, "it breaks off");
            if (file.Crc is { } expected && expected != crc.Value)
                throw Damaged(file, "its checksum differs");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(file, exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => source?.Dispose();

    private PackageException Damaged(PackageFile file, string reason) => new($"{origin} is damaged: {file.Path}: {reason}");
}
