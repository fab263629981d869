using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>Findings of factories as the protocol has them.</summary>
internal static class Findings
{
    /// <summary>One finding about a place.</summary>
    public static Diagnostic ToMessage(Place place, ConfigNode? config, ConfigDiagnostic finding) => new()
    {
        PlaceId = place.PlaceId,
        Severity = finding.Severity switch
        {
            // Built all the same, and answers for what is wrong itself.
            ConfigSeverity.Error when finding.KeepsStart => Severity.Warning,
            ConfigSeverity.Error => Severity.Error,
            ConfigSeverity.Warning => Severity.Warning,
            _ => Severity.Info,
        },
        Path = config is not null && ConfigText.PathOf(config, finding.Position) is { } path ? path : Within(place, finding.Path),
        Message = finding.Message,
        RefusesStart = finding.RefusesStart,
    };

    // What has no position of its own (an attribute that is missing) has a path that begins where the plugin thinks it stands.
    private static string Within(Place place, string path)
    {
        foreach (var start in (string[])[place.Path, ConfigPath.Root.Member("extra_config").Member(place.Name).ToString(), ConfigPath.Root.Member(place.Name).ToString()])
        {
            if (start.Length > 0 && path.StartsWith(start, StringComparison.Ordinal) && (path.Length == start.Length || path[start.Length] is '.' or '['))
                return path[start.Length..].TrimStart('.');
        }
        return path;
    }
}
