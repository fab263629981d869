using System.Security.Cryptography;
using Gateway.Core.Plugins;
using Gateway.Packages;

namespace Gateway.Inspection;

/// <summary>Compares a plugin's files with what its manifest says of them.</summary>
internal static class FileInspection
{
    /// <summary>Hashes, and files that nobody vouches for.</summary>
    public static void Inspect(PluginManifest manifest, PluginFiles files, FindingList findings)
    {
        foreach (var (path, hash) in manifest.Hashes)
        {
            if (Exists(path, "hashes", files, findings) && !Matches(files.PathOf(path), hash))
                findings.Error(FindingCode.FileChanged, path, "it is not the file that the manifest names: its hash differs", "it was changed or truncated after the build; build or install the plugin again");
        }
        if (manifest.Hashes.Count == 0)
            return;
        var listed = manifest.Hashes.Keys.Select(static p => p.Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        foreach (var path in files.All.Where(p => !listed.Contains(p) && CodeFiles.IsCode(manifest, p)))
            findings.Warning(FindingCode.FileUnlisted, path, "the manifest has hashes, but none of this file", "build the plugin again, so that nobody can slip code in; or remove the file");
    }

    /// <summary>Whether a file is there; reports when it is not, or when only its letter case differs.</summary>
    public static bool Exists(string path, string attribute, PluginFiles files, FindingList findings, string code = FindingCode.FileMissing)
    {
        if (files.Has(path))
            return true;
        if (files.InOtherCase(path) is { } other)
            findings.Error(FindingCode.FileCasing, other, $"the manifest's \"{attribute}\" spells it {path}", "spell it alike: most systems that gateways run on tell letter case apart");
        else
            findings.Error(code, path, $"the manifest's \"{attribute}\" names it, but it is not in the folder", "build the plugin again with the file, or correct the manifest");
        return false;
    }

    private static bool Matches(string path, string expected)
    {
        using var stream = File.OpenRead(path);
        return expected == "sha256-" + Convert.ToBase64String(SHA256.HashData(stream));
    }
}
