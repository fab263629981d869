using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>
/// Judges a plugin as it lies on disk: its manifest, its files, and the metadata of its assemblies against the SDK and the runtime that it
/// would meet. Runs and loads none of it.
/// </summary>
internal static class PluginInspector
{
    /// <summary>Everything that is to be said about a folder, errors first.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="installed">What is installed beside it, or <see langword="null"/>.</param>
    public static IReadOnlyList<PluginFinding> Inspect(string folder, PluginCatalog? installed = null)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var findings = new FindingList();
        if (ManifestInspection.Read(folder, findings) is not { } manifest)
            return findings.Sorted;
        var files = PluginFiles.Of(folder, findings);
        FileInspection.Inspect(manifest, files, findings);
        SdkInspection.Inspect(manifest, findings);
        SchemaInspection.InspectAudit(manifest, findings);
        if (installed is not null)
            NameInspection.Inspect(folder, manifest, installed, findings);
        if (manifest.IsProcess)
            NeedsInspection.Inspect(manifest, findings);
        if (manifest.IsProcess && manifest.Entry.Assembly.Length == 0)
        {
            new SidecarInspection(manifest, files, findings).Inspect();
            SchemaInspection.Inspect(manifest, files, null, findings);
            return findings.Sorted;
        }
        try
        {
            InspectCode(folder, manifest, files, findings);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            findings.Error(FindingCode.NotManaged, manifest.Entry.Assembly, $"it, or an assembly that it refers to, has damaged metadata: {exception.Message}", "build or install the plugin again");
        }
        return findings.Sorted;
    }

    // What the reader of metadata throws over bytes that are none.
    private static bool IsDamage(Exception exception) =>
        exception is BadImageFormatException or ArgumentException or InvalidOperationException or InvalidCastException or IndexOutOfRangeException or OverflowException or IOException or UnauthorizedAccessException;

    private static void InspectCode(string folder, PluginManifest manifest, PluginFiles files, FindingList findings)
    {
        if (AssemblyFileInspection.Entry(folder, manifest, files, findings) is not { } entry)
        {
            SchemaInspection.Inspect(manifest, files, null, findings);
            return;
        }
        using var universe = new AssemblyUniverse(folder, Path.Combine(folder, manifest.Entry.Assembly), out var fault);
        universe.Add(entry);
        if (fault is not null)
            findings.Error(FindingCode.DependencyManifest, Path.ChangeExtension(manifest.Entry.Assembly, ".deps.json"), $"the dependency manifest cannot be read: {fault}", "build the plugin again, or delete the file");
        EntryInspection.Inspect(manifest, entry, universe, findings);
        new ReferenceInspection(folder, files, universe, findings).Inspect(entry);
        foreach (var image in universe.Private.ToArray())
            AssemblyFileInspection.Target(image, findings);
        new NativeInspection(entry, files, universe, findings).Inspect();
        UseInspection.Inspect(manifest, entry, universe, findings);
        SchemaInspection.Inspect(manifest, files, new SettingsClasses(entry, universe), findings);
    }
}
