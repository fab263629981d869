using Gateway.CommandLine;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins;

/// <summary>What a person means by <c>PATH|ID</c>.</summary>
internal static class PluginTarget
{
    /// <summary>The plugin's folder, or <see langword="null"/> when there is nothing of that name.</summary>
    /// <param name="target">A folder, its <c>plugin.json</c>, a file in it, or the id of an installed plugin.</param>
    /// <param name="installed">What is installed.</param>
    public static string? Folder(string target, PluginCatalog installed)
    {
        if (Directory.Exists(target))
            return Path.GetFullPath(target);
        if (File.Exists(target))
            return Path.GetDirectoryName(Path.GetFullPath(target));
        return installed.Find(target)?.Folder ?? installed.Plugins.FirstOrDefault(p => p.Id == target)?.Folder;
    }

    /// <summary>Says that there is nothing of a name.</summary>
    public static void ReportUnknown(string target, PluginCatalog installed, Terminal terminal)
    {
        var near = NearestName.Suggest(target, installed.Plugins.Select(static p => p.Id));
        terminal.Error($"{terminal.Red("ERROR")} \"{target}\" is neither a folder nor the id of an installed plugin{near}; `gateway plugin list` shows those, --plugins names further folders\n");
    }

    /// <summary>What is installed in the folders of the command line and the usual ones.</summary>
    public static PluginCatalog Installed(Arguments arguments) => PluginCatalog.Discover(CommonFlags.Search(arguments), null);

    /// <summary>The one plugin of a folder.</summary>
    public static FoundPlugin Of(string folder) => PluginCatalog.Discover(PluginSearch.None with { CommandLine = [folder] }, null).Plugins is [var plugin, ..]
        ? plugin
        : new FoundPlugin(folder, "--plugins") { Diagnostics = Unread(folder) };

    private static ConfigDiagnostics Unread(string folder)
    {
        var found = new ConfigDiagnostics();
        ManifestReader.Read(folder, found);
        return found;
    }
}
