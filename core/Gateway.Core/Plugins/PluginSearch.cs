using Gateway.Core.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// The folders in which plugins are looked for, in this order: <c>--plugins</c>, the configuration's <c>plugin.folder</c>,
/// <c>/opt/gateway/plugins</c>, <c>plugins</c> beside the executable. A folder that is a plugin itself counts as one.
/// </summary>
public sealed record PluginSearch
{
    /// <summary>Folders of the command line, in their order.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>The folder of the machine; <see langword="null"/> leaves it out.</summary>
    public string? Machine { get; init; } = "/opt/gateway/plugins";

    /// <summary>The folder beside the executable; <see langword="null"/> leaves it out.</summary>
    public string? Beside { get; init; } = Path.Combine(AppContext.BaseDirectory, "plugins");

    /// <summary>No folder at all.</summary>
    public static PluginSearch None { get; } = new() { Machine = null, Beside = null };

    /// <summary>The folders, each with the words that say where it comes from.</summary>
    internal IEnumerable<PluginFolder> Folders(PluginFolderConfig? configured)
    {
        foreach (var folder in CommandLine)
            yield return new(folder, "--plugins", IsWanted: true);
        if (configured is not null)
            yield return new(configured.Folder, "plugin.folder", IsWanted: false, configured.Pattern);
        if (Machine is not null)
            yield return new(Machine, "the machine's folder", IsWanted: false);
        if (Beside is not null)
            yield return new(Beside, "beside the executable", IsWanted: false);
    }
}

/// <summary>A folder in which plugins are looked for.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Origin">Who named it.</param>
/// <param name="IsWanted">Whether its absence is an error.</param>
/// <param name="Pattern">Substring of the names of plain files that count as plugins of the original, or <see langword="null"/>.</param>
internal sealed record PluginFolder(string Path, string Origin, bool IsWanted, string? Pattern = null);
