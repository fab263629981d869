using System.Text.RegularExpressions;
using Gateway.CommandLine;
using Gateway.Core.Plugins;
using Gateway.Inspection;
using Gateway.Packages;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin pack</c>: makes a package of a plugin's folder.</summary>
internal static partial class PluginPackCommand
{
    private static readonly Flag s_authors = new("authors", null, FlagKind.Text, "Who made it, for feeds (the plugin's id when not given)");
    private static readonly Flag s_out = new("out", 'o', FlagKind.Text, "File to write (ID.VERSION.nupkg in this folder when not given)");
    private static readonly Flag s_force = new("force", null, FlagKind.Switch, "Packs although the check finds errors");

    public static Command Definition { get; } = new()
    {
        Name = "pack",
        Purpose = "Makes a package of a plugin's folder",
        Description = "Makes a NuGet package of a plugin's folder, for feeds and for plugin install. The plugin is checked before, without running it, and its\nmanifest gets the hashes of all files when it has none. The same folder gives the same bytes.",
        Usage = "plugin pack DIR [flags]",
        Operands = FlagCompletion.Folder,
        Example = "plugin pack bin/Release/net10.0/plugin/acme.audit",
        Flags = [s_authors, s_force, s_out],
        Run = static (arguments, terminal) => PackageFailure.ReportedAsync(terminal, () => Task.FromResult(Run(arguments, terminal))),
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional is not [var folder])
            throw new UsageException("one folder is needed: that of the plugin, with its plugin.json");
        if (!Directory.Exists(folder))
            throw new PackageException($"{folder} is no folder");
        using var package = FolderPackage.Open(folder);
        var manifest = package.Manifest();
        if (!PackageId().IsMatch(manifest.Id))
            throw new PackageException($"feeds take no package called {manifest.Id}: words of letters, digits and '_' with single '.' or '-' between them");
        if (PackageFailure.Refuses(folder, PluginInspector.Inspect(folder), arguments.Has(s_force.Name), terminal))
            return ExitStatus.Failure;
        PackageHashes.Verify(folder, manifest, package.Files);
        var bytes = package.ReadManifest();
        if (manifest.Hashes.Count == 0)
            bytes = PackageHashes.AddTo(bytes, package.Files);
        var file = Path.GetFullPath(arguments.Text(s_out.Name) is { Length: > 0 } named ? named : PackageWriter.FileName(manifest));
        if (file.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new PackageException($"{file} would lie in the plugin's own folder; name another file with --out");
        Write(file, package, manifest, bytes, arguments.Text(s_authors.Name) is { Length: > 0 } authors ? authors : manifest.Id);
        terminal.Out($"packed {manifest.Id} {manifest.Version} into {file}\n");
        return ExitStatus.Success;
    }

    // A package that breaks off must not stand where a whole one is expected.
    private static void Write(string file, PluginPackage package, PluginManifest manifest, byte[] manifestBytes, string authors)
    {
        var unfinished = $"{file}.{Path.GetRandomFileName()}";
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
                PackageWriter.Write(stream, package, manifest, manifestBytes, authors);
            File.Move(unfinished, file, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*$")]
    private static partial Regex PackageId();
}
