using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>Compares what a plugin provides with what the plugins beside it provide.</summary>
internal static class NameInspection
{
    public static void Inspect(string folder, PluginManifest manifest, PluginCatalog installed, FindingList findings)
    {
        foreach (var other in installed.Plugins.Where(p => p.Manifest is not null && !IsSame(p.Folder, folder)))
        {
            if (other.Id == manifest.Id)
            {
                findings.Note(FindingCode.IdTaken, PluginManifest.FileName, $"{other} has the same id", "the one that is found first hides the other; `gateway plugin list` shows which");
                continue;
            }
            if (other.IsUsable)
                Compare(manifest, other, findings);
        }
    }

    private static void Compare(PluginManifest manifest, FoundPlugin other, FindingList findings)
    {
        var theirs = other.Manifest!;
        foreach (var name in manifest.Namespaces.Where(n => other.Provides(n.Scope, n.Name)))
            Report($"the namespace \"{name.Name}\" ({name.Scope})", name.Name);
        foreach (var name in manifest.Plugins.Where(n => theirs.Plugins.Any(t => t.Kind == n.Kind && t.Name == n.Name)))
            Report($"the {name.Kind} \"{name.Name}\"", name.Name);
        foreach (var name in manifest.Encodings.Where(n => theirs.Encodings.Any(t => t.Layer == n.Layer && t.Name == n.Name)))
            Report($"the {name.Layer} \"{name.Name}\"", name.Name);
        foreach (var name in manifest.Discovery.Where(n => theirs.Discovery.Any(t => t.Name == n.Name)))
            Report($"the discovery \"{name.Name}\"", name.Name);

        void Report(string what, string name) => findings.Warning(FindingCode.NameTaken, PluginManifest.FileName, $"{what} is provided by {other} as well",
            $"remove one of the two, or let configurations choose: \"gateway/plugins\": {{\"use\": {{\"{name}\": \"{manifest.Id}\"}}}}");
    }

    private static bool IsSame(string x, string y) => Path.TrimEndingDirectorySeparator(x) == Path.TrimEndingDirectorySeparator(y);
}
