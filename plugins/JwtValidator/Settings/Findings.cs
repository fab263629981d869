using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JwtValidator.Settings;

/// <summary>Findings about a guard: every error refuses the configuration as a whole, because the endpoint may not be without it (AUT-026).</summary>
internal static class Findings
{
    /// <summary>Hands findings on; errors become fatal.</summary>
    /// <returns>Whether there was no error.</returns>
    public static bool MoveTo(this ConfigDiagnostics found, ConfigDiagnostics diagnostics)
    {
        foreach (var finding in found.All)
            diagnostics.Add(finding with { IsFatal = finding.Severity == ConfigSeverity.Error });
        return !found.HasErrors;
    }
}
