using System.IO.Compression;
using System.Text;
using Gateway.Testing;

namespace Gateway.EndToEnd.Plugins;

/// <summary>Packages of all sorts, made by hand.</summary>
internal sealed class TestPackage : IDisposable
{
    private readonly PluginSmith _smith = new();
    private readonly Folder _folder = new();

    /// <summary>Folder for packages.</summary>
    public string Folder => _folder.Path;

    /// <summary>A plugin's folder with a version.</summary>
    public string Plugin(string id = "acme.x", string version = "1.0.0", string body = "return await next(request, ct);", Action<System.Text.Json.Nodes.JsonObject>? edit = null) =>
        _smith.Make(id, PluginSmith.ProxyPlugin($"{id}/ns", body), [$"endpoint/proxy {id}/ns"], edit: manifest =>
        {
            manifest["version"] = version;
            edit?.Invoke(manifest);
        });

    /// <summary>The entries of a plugin's folder under <c>plugin/</c>.</summary>
    public static Dictionary<string, byte[]> Entries(string plugin, string prefix = "plugin/") =>
        Directory.GetFiles(plugin, "*", SearchOption.AllDirectories).ToDictionary(f => prefix + Path.GetRelativePath(plugin, f), File.ReadAllBytes);

    /// <summary>A nuspec.</summary>
    public static byte[] Nuspec(string id, string version) => Encoding.UTF8.GetBytes(
        $"<package xmlns=\"http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd\"><metadata><id>{id}</id><version>{version}</version><authors>a</authors><description>d</description></metadata></package>");

    /// <summary>Writes a zip file with entries as they are named, in order.</summary>
    public string Zip(string name, IEnumerable<KeyValuePair<string, byte[]>> entries, Action<ZipArchiveEntry>? edit = null)
    {
        var file = Path.Combine(Folder, name);
        using var archive = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var (path, content) in entries)
        {
            var entry = archive.CreateEntry(path);
            edit?.Invoke(entry);
            using var stream = entry.Open();
            stream.Write(content);
        }
        return file;
    }

    /// <summary>A package as feeds have it.</summary>
    public string Package(string id = "acme.x", string version = "1.0.0") =>
        Zip($"{id}.{version}.nupkg", Entries(Plugin(id, version)).Append(new($"{id}.nuspec", Nuspec(id, version))));

    public void Dispose()
    {
        _smith.Dispose();
        _folder.Dispose();
    }
}
