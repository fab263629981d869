using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>A plugin as it lies on disk; nothing of it has run.</summary>
/// <param name="folder">Its folder, absolute.</param>
/// <param name="origin">Who named the folder that it was found in.</param>
public sealed class FoundPlugin(string folder, string origin)
{
    /// <summary>Its folder, absolute.</summary>
    public string Folder { get; } = folder;

    /// <summary>Who named the folder that it was found in: <c>--plugins</c>, <c>plugin.folder</c> …</summary>
    public string Origin { get; } = origin;

    /// <summary>Its manifest; <see langword="null"/> when that cannot be used.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>Findings about the manifest.</summary>
    public ConfigDiagnostics Diagnostics { get; init; } = new();

    /// <summary>The plugin of the same id that was found earlier and hides this one, or <see langword="null"/>.</summary>
    public FoundPlugin? HiddenBy { get; init; }

    /// <summary>Id, or the folder's name where the manifest cannot be used.</summary>
    public string Id => Manifest?.Id ?? Path.GetFileName(Folder);

    /// <summary>Whether it may be loaded.</summary>
    public bool IsUsable => Manifest is not null && HiddenBy is null;

    /// <summary>Whether it says that it handles a namespace in a scope.</summary>
    public bool Provides(string scope, string name)
    {
        foreach (var own in Manifest?.Namespaces ?? [])
        {
            if (own.Scope == scope && own.Name == name)
                return true;
        }
        return false;
    }

    /// <summary>Whether a path lies in its folder.</summary>
    public bool Contains(string path) =>
        Path.GetFullPath(path).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Manifest is null ? $"{Id} ({Folder})" : $"{Id} {Manifest.Version} ({Folder})";
}
