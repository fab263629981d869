using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gateway.Core.Plugins;

namespace Gateway.Packages;

/// <summary>
/// A folder that plugins are installed in, locked against other installations. A plugin is made whole under a name with a dot, which
/// discovery passes over, and put in place by a rename; what it replaces is moved aside by a rename before and deleted after.
/// </summary>
internal sealed partial class InstallFolder : IDisposable
{
    private const string Aside = ".old";

    private readonly FileStream _lock;

    private InstallFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The folder of the machine, in which the gateway looks by itself.</summary>
    public const string Machine = "/opt/gateway/plugins";

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Locks a folder and cleans what interrupted installations left there.</summary>
    /// <exception cref="PackageException">It is a plugin itself, cannot be written, or another installation is at work there.</exception>
    public static InstallFolder Open(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (File.Exists(System.IO.Path.Combine(path, PluginManifest.FileName)))
            throw new PackageException($"{path} is a plugin itself; plugins are installed in the folder above");
        var folder = new InstallFolder(path, Lock(path));
        try
        {
            folder.Clean();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The plugins in it, by their manifests.</summary>
    public PluginCatalog Plugins() => PluginCatalog.Discover(PluginSearch.None with { CommandLine = [Path] }, null);

    /// <summary>What an installation of an id would replace, or <see langword="null"/>.</summary>
    /// <exception cref="PackageException">The place is taken by something else, or the id has another place.</exception>
    public FoundPlugin? Replaced(string id)
    {
        var place = PlaceOf(id);
        var plugins = Plugins().Plugins;
        if (plugins.FirstOrDefault(p => p.Manifest is not null && p.Id == id && p.Folder != place) is { } elsewhere)
            throw new PackageException($"the plugin {id} is installed in {elsewhere.Folder} already; rename that folder to {id}, or remove it (`gateway plugin remove {id}`)");
        var found = plugins.FirstOrDefault(p => p.Folder == place);
        if (found is null && System.IO.Path.Exists(place))
            throw new PackageException($"{place} exists and is no plugin; move it away");
        if (found?.Manifest is { } other && other.Id != id)
            throw new PackageException($"{place} holds the plugin {other.Id}; move it away");
        return found;
    }

    /// <summary>A new folder that discovery passes over, for a plugin that is not whole yet.</summary>
    public string Stage(string id) => Directory.CreateDirectory(Hidden(id)).FullName;

    /// <summary>Puts a staged folder in its place.</summary>
    /// <returns>Why what it replaced could not be deleted, or <see langword="null"/>.</returns>
    public string? Put(string staged, string id)
    {
        var place = PlaceOf(id);
        if (!Directory.Exists(place))
        {
            Directory.Move(staged, place);
            return null;
        }
        var aside = Hidden(id) + Aside;
        Directory.Move(place, aside);
        try
        {
            Directory.Move(staged, place);
        }
        catch
        {
            Directory.Move(aside, place);
            throw;
        }
        return Delete(aside);
    }

    /// <summary>Takes a plugin away.</summary>
    /// <param name="plugin">One of <see cref="Plugins"/>.</param>
    /// <returns>Why its files could not be deleted, or <see langword="null"/>.</returns>
    public string? Remove(FoundPlugin plugin)
    {
        var hidden = Hidden(plugin.Id);
        Directory.Move(plugin.Folder, hidden);
        return Delete(hidden);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new PackageException($"{path} cannot be written: {exception.Message} Do it as a user who may, or name another folder");
        }
        catch (IOException exception)
        {
            throw new PackageException($"{path} cannot be worked in now; is another installation at work there? {exception.Message}");
        }
    }

    private static string? Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    // Between its two renames an interrupted installation leaves no plugin in place: then the old one comes back.
    private void Clean()
    {
        foreach (var left in Directory.GetDirectories(Path, ".*"))
        {
            if (Leftover().Match(System.IO.Path.GetFileName(left)) is not { Success: true } name)
                continue;
            var place = PlaceOf(name.Groups["id"].Value);
            if (name.Groups["old"].Success && !System.IO.Path.Exists(place))
                Directory.Move(left, place);
            else
                Directory.Delete(left, recursive: true);
        }
    }

    private string PlaceOf(string id) => System.IO.Path.Combine(Path, id);

    private string Hidden(string id) => System.IO.Path.Combine(Path, $".{id}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}");

    [GeneratedRegex(@"^\.(?<id>[A-Za-z0-9_-][A-Za-z0-9._-]{0,63})\.[0-9a-f]{16}(?<old>\.old)?$")]
    private static partial Regex Leftover();
}
