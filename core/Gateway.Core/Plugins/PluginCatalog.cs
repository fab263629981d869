using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// The plugins that are installed, by their manifests. Reading it runs none of their code. Immutable once discovered; one per load of a
/// configuration, so that a reload sees what was installed since.
/// </summary>
public sealed class PluginCatalog
{
    private const int MostPlugins = 10_000;

    private readonly List<FoundPlugin> _plugins = [];

    private PluginCatalog()
    {
    }

    /// <summary>Every plugin that was found, in the order of the search, hidden and broken ones included.</summary>
    public IReadOnlyList<FoundPlugin> Plugins => _plugins;

    /// <summary>Files that are plugins of the original and cannot run here (EXT-013).</summary>
    public IReadOnlyList<string> GoPlugins { get; private set; } = [];

    /// <summary>Findings about the folders themselves.</summary>
    public ConfigDiagnostics Diagnostics { get; } = new();

    /// <summary>No plugins.</summary>
    public static PluginCatalog Empty { get; } = new();

    /// <summary>Looks through the folders.</summary>
    /// <param name="search">Where.</param>
    /// <param name="configured">The configuration's <c>plugin</c>, or <see langword="null"/>.</param>
    public static PluginCatalog Discover(PluginSearch search, PluginFolderConfig? configured)
    {
        ArgumentNullException.ThrowIfNull(search);
        var catalog = new PluginCatalog();
        var go = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in search.Folders(configured))
        {
            if (seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path))))
                catalog.Look(folder, go);
        }
        catalog.GoPlugins = go;
        return catalog;
    }

    /// <summary>The plugins that may be loaded and say that they handle a namespace in a scope.</summary>
    public IEnumerable<FoundPlugin> Providers(string scope, string name) => _plugins.Where(p => p.IsUsable && p.Provides(scope, name));

    /// <summary>Whether a plugin handles a namespace in a scope.</summary>
    public bool ProvidesNamespace(string scope, string name) => Providers(scope, name).Any();

    /// <summary>The plugins that have one of the language's kinds under a name.</summary>
    public IEnumerable<FoundPlugin> KindProviders(string kind, string name) =>
        _plugins.Where(p => p.IsUsable && p.Manifest!.Plugins.Any(k => k.Kind == kind && k.Name == name));

    /// <summary>The plugins that have an encoding: <c>decoder</c> or <c>render</c>.</summary>
    public IEnumerable<FoundPlugin> EncodingProviders(string layer, string name) =>
        _plugins.Where(p => p.IsUsable && p.Manifest!.Encodings.Any(e => e.Layer == layer && e.Name == name));

    /// <summary>The plugins that have a way of service discovery.</summary>
    public IEnumerable<FoundPlugin> DiscoveryProviders(string name) => _plugins.Where(p => p.IsUsable && p.Manifest!.Discovery.Any(d => d.Name == name));

    /// <summary>The commands that installed plugins bring, in the order of the search.</summary>
    public IEnumerable<PluginCommand> Commands => _plugins.Where(static p => p.IsUsable).SelectMany(static p => p.Manifest!.Commands);

    /// <summary>The plugin that is used for an id, or <see langword="null"/>.</summary>
    public FoundPlugin? Find(string id) => _plugins.Find(p => p.IsUsable && p.Id == id);

    private void Look(PluginFolder folder, List<string> go)
    {
        var path = Path.GetFullPath(folder.Path);
        if (!Directory.Exists(path))
        {
            if (folder.IsWanted)
                Diagnostics.Error(new(folder.Path, 0, 0), "", $"{folder.Origin}: no such folder");
            return;
        }
        try
        {
            if (File.Exists(Path.Combine(path, PluginManifest.FileName)))
            {
                Add(path, folder);
                return;
            }
            var children = Directory.GetDirectories(path);
            Array.Sort(children, StringComparer.Ordinal);
            foreach (var child in children)
            {
                // An installation puts its folder in place under a name with a dot until it is whole.
                if (!Path.GetFileName(child).StartsWith('.') && File.Exists(Path.Combine(child, PluginManifest.FileName)))
                    Add(child, folder);
            }
            if (folder.Pattern is { } pattern)
                go.AddRange(Directory.GetFiles(path, "*.so").Where(f => Path.GetFileName(f).Contains(pattern, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Diagnostics.Warning(new(folder.Path, 0, 0), "", $"{folder.Origin}: cannot be read: {exception.Message}");
        }
    }

    private void Add(string path, PluginFolder folder)
    {
        if (_plugins.Count == MostPlugins)
            return;
        var findings = new ConfigDiagnostics();
        var manifest = ManifestReader.Read(path, findings);
        _plugins.Add(new(path, folder.Origin)
        {
            Manifest = manifest,
            Diagnostics = findings,
            HiddenBy = manifest is null ? null : _plugins.Find(p => p.IsUsable && p.Id == manifest.Id),
        });
    }
}
