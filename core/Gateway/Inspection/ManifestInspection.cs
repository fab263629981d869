using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Inspection;

/// <summary>The findings of <see cref="ManifestReader"/> with codes.</summary>
internal static class ManifestInspection
{
    /// <summary>The manifest of a folder, or <see langword="null"/> when it cannot be used.</summary>
    public static PluginManifest? Read(string folder, FindingList findings)
    {
        var file = Path.Combine(folder, PluginManifest.FileName);
        var found = new ConfigDiagnostics();
        var manifest = ManifestReader.Read(folder, found);
        var isJson = manifest is not null || IsJson(file);
        foreach (var finding in found.All)
        {
            var place = finding.Position.Line > 0 ? $"{PluginManifest.FileName}:{finding.Position.Line}:{finding.Position.Column}" : PluginManifest.FileName;
            var (code, remedy) = CodeOf(finding, isJson, Path.Exists(file));
            findings.Add(code, SeverityOf(finding.Severity), place, finding.Path.Length == 0 ? finding.Message : $"{finding.Path}: {finding.Message}", remedy);
        }
        if (manifest is not null && !manifest.Description.Any(static c => !char.IsWhiteSpace(c)))
            findings.Note(FindingCode.ManifestAttribute, PluginManifest.FileName, "there is no \"description\"", "say in a sentence what the plugin does");
        return manifest;
    }

    private static (string Code, string Remedy) CodeOf(ConfigDiagnostic finding, bool isJson, bool exists)
    {
        if (!exists || (!isJson && finding.Position.Line == 0))
            return (FindingCode.ManifestUnreadable, $"a plugin is a folder with a readable {PluginManifest.FileName} of at most 1 MiB in it");
        if (!isJson)
            return (FindingCode.ManifestSyntax, "the manifest is strict JSON in UTF-8: no comments, no trailing commas");
        var end = finding.Path.AsSpan().IndexOfAny('.', '[');
        return (end < 0 ? finding.Path : finding.Path[..end]) switch
        {
            "id" => (FindingCode.ManifestId, "choose an id like acme.audit"),
            "version" => (FindingCode.ManifestVersion, "write major.minor.patch"),
            "sdk" => (FindingCode.ManifestSdk, $"write [{SharedAssemblies.SdkVersion},{SharedAssemblies.SdkVersion.Major + 1}.0)"),
            "entry" => (FindingCode.ManifestEntry, "name the built assembly and the class in it"),
            "namespaces" or "plugins" or "encodings" or "discovery" => (FindingCode.ManifestNames, "the manifest's reference lists what may stand there"),
            "audit" => (FindingCode.AuditRule, "the manifest's reference shows a rule"),
            "hashes" => (FindingCode.ManifestHashes, "the build writes hashes by itself"),
            _ => (FindingCode.ManifestAttribute, "the manifest's reference lists the attributes"),
        };
    }

    private static FindingSeverity SeverityOf(ConfigSeverity severity) => severity switch
    {
        ConfigSeverity.Error => FindingSeverity.Error,
        ConfigSeverity.Warning => FindingSeverity.Warning,
        _ => FindingSeverity.Info,
    };

    private static bool IsJson(string file)
    {
        try
        {
            return new FileInfo(file).Length <= 1 << 20 && JsonConfigReader.Read(file, File.ReadAllBytes(file), new ConfigDiagnostics()) is not null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
