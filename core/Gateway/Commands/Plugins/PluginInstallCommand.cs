using Gateway.CommandLine;
using Gateway.Core.Plugins;
using Gateway.Inspection;
using Gateway.Packages;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin install</c>: puts a plugin into the folder in which gateways look, from a package, a folder or a feed.</summary>
internal static class PluginInstallCommand
{
    private static readonly Flag s_force = new("force", null, FlagKind.Switch, "Installs although the check finds errors; hashes and paths are never forced");
    private static readonly Flag s_source = new("source", null, FlagKind.Text, "Feed to take the id from: the service index of a NuGet feed (https://…/index.json), or a folder with .nupkg files");
    private static readonly Flag s_to = new("to", null, FlagKind.Text, "Folder to install in", InstallFolder.Machine) { Completion = FlagCompletion.Folder };
    private static readonly Flag s_version = new("version", null, FlagKind.Text, "Version to take from the feed (the highest release when not given)");

    public static Command Definition { get; } = new()
    {
        Name = "install",
        Purpose = "Installs a plugin from a package, a folder or a feed",
        Description = "Puts a plugin into the folder in which gateways look for plugins: from a package (.nupkg, .zip), a plugin's folder, or by its id from a feed.\nThe plugin is checked before, without running it, and takes its place as a whole. A running gateway goes on with the old one until it reloads.",
        Usage = "plugin install FILE|DIR|ID [flags]",
        Operands = FlagCompletion.File,
        Example = "plugin install acme.audit --source https://packages.acme.example/v3/index.json",
        Flags = [s_force, s_source, s_to, s_version],
        Run = static (arguments, terminal) => PackageFailure.ReportedAsync(terminal, () => RunAsync(arguments, terminal)),
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional is not [var target])
            throw new UsageException("one plugin is needed: a package, a plugin's folder, or an id and the feed that has it (--source)");
        using var package = await OpenAsync(target, arguments).ConfigureAwait(false);
        var manifest = package.Manifest();
        using var folder = InstallFolder.Open(arguments.Text(s_to.Name) is { Length: > 0 } to ? to : InstallFolder.Machine);
        var replaced = folder.Replaced(manifest.Id);
        if (replaced is not null && IsRenamed(package, manifest) && !arguments.Has(s_force.Name))
            throw new PackageException($"the package {package.Identity!.Id} holds the plugin {manifest.Id}, which is installed already; if it is meant to replace that one, say --force");
        var staged = folder.Stage(manifest.Id);
        try
        {
            package.UnpackTo(staged, manifest);
            PackageHashes.Verify(staged, manifest, package.Files);
            if (PackageFailure.Refuses(target, PluginInspector.Inspect(staged, folder.Plugins()), arguments.Has(s_force.Name), terminal))
                return ExitStatus.Failure;
            if (folder.Put(staged, manifest.Id) is { } remains)
                terminal.Error($"{terminal.Yellow("WARNING")} the version before is still on disk, the next installation deletes it: {remains}\n");
        }
        finally
        {
            if (Directory.Exists(staged))
                Directory.Delete(staged, recursive: true);
        }
        var before = replaced is null ? "" : $" (replaced {replaced.Manifest?.Version ?? "a broken one"})";
        terminal.Out($"installed {manifest.Id} {manifest.Version} in {Path.Combine(folder.Path, manifest.Id)}{before}\na running gateway takes it up with a reload: send it SIGHUP\n");
        return ExitStatus.Success;
    }

    private static async Task<PluginPackage> OpenAsync(string target, Arguments arguments)
    {
        if (arguments.Text(s_source.Name) is { Length: > 0 } source)
            return await FromFeedAsync(target, source, Wanted(arguments)).ConfigureAwait(false);
        if (arguments.Text(s_version.Name) is not null)
            throw new UsageException("--version chooses from a feed; name the feed with --source");
        if (File.Exists(target))
            return ZipPackage.Open(target);
        if (Directory.Exists(target))
            return FolderPackage.Open(target);
        throw new PackageException($"{target} is neither a file nor a folder; to take an id from a feed, name the feed with --source");
    }

    private static async Task<PluginPackage> FromFeedAsync(string id, string source, SemanticVersion? version)
    {
        if (id.Length > 100 || id.StartsWith('.') || !id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw new UsageException($"\"{id}\" is no id of a package; --source is for ids, files and folders need none");
        var package = await FeedOf(source).FetchAsync(id, version).ConfigureAwait(false);
        try
        {
            JudgeIdentity(package, id, version, source);
            return package;
        }
        catch
        {
            package.Dispose();
            throw;
        }
    }

    private static IPackageFeed FeedOf(string source)
    {
        if (Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return new HttpFeed(address);
        return Directory.Exists(source)
            ? new FolderFeed(source)
            : throw new PackageException($"{source} is no feed: neither an HTTP address nor a folder");
    }

    // A feed that answers with another package than it was asked for is broken, or worse.
    private static void JudgeIdentity(PluginPackage package, string id, SemanticVersion? version, string source)
    {
        var identity = package.Identity ?? throw new PackageException($"{source} gives something for {id} that is no NuGet package: it has no nuspec");
        if (!identity.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            throw new PackageException($"{source} gives the package {identity.Id} for {id}");
        if (version is not null && !(SemanticVersion.TryParse(identity.Version, out var given) && given.Equals(version)))
            throw new PackageException($"{source} gives version {identity.Version} of {id} for {version}");
    }

    // A project may name its package otherwise than its plugin; that way one author's package could take the place of another's plugin.
    private static bool IsRenamed(PluginPackage package, PluginManifest manifest) =>
        package.Identity is { } identity && !identity.Id.Equals(manifest.Id, StringComparison.OrdinalIgnoreCase);

    private static SemanticVersion? Wanted(Arguments arguments)
    {
        if (arguments.Text(s_version.Name) is not { Length: > 0 } text)
            return null;
        return SemanticVersion.TryParse(text, out var version) ? version : throw new UsageException($"invalid argument \"{text}\" for \"--version\": it takes a version like 1.2.3");
    }
}
