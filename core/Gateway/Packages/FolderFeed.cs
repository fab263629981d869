using Gateway.Core.Plugins;

namespace Gateway.Packages;

/// <summary>A folder with packages named <c>ID.VERSION.nupkg</c>.</summary>
internal sealed class FolderFeed(string folder) : IPackageFeed
{
    private const string Extension = ".nupkg";

    /// <inheritdoc/>
    public Task<PluginPackage> FetchAsync(string id, SemanticVersion? version)
    {
        var files = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (name.Length > id.Length + 1 + Extension.Length && name[id.Length] == '.' && name.StartsWith(id, StringComparison.OrdinalIgnoreCase) && name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
                files[name[(id.Length + 1)..^Extension.Length]] = file;
        }
        return Task.FromResult(ZipPackage.Open(files[FeedVersions.Choose(id, folder, files.Keys, version)]));
    }
}
