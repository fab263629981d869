using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>Compares the manifest's range of SDK versions with the gateway's.</summary>
internal static class SdkInspection
{
    public static void Inspect(PluginManifest manifest, FindingList findings)
    {
        var have = SharedAssemblies.SdkVersion;
        if (!VersionRange.TryParse(manifest.Sdk, out var range))
            return;
        if (range.IsBelow(have))
            findings.Error(FindingCode.SdkRange, PluginManifest.FileName, $"it needs the SDK {manifest.Sdk}, the gateway has {have}", "update the gateway, or get an older version of the plugin");
        else if (range.IsAbove(have))
            findings.Error(FindingCode.SdkRange, PluginManifest.FileName, $"it was made for the SDK {manifest.Sdk}, the gateway has the later {have}", "get a version of the plugin for this SDK");
    }
}
