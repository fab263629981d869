using System.Text.Json.Nodes;
using Gateway.Commands.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine.Reports;

/// <summary>Findings as one JSON document; docs/operating.md describes it.</summary>
internal static class JsonReport
{
    /// <summary>Version of the document's shape: raised when a member changes its meaning or goes away.</summary>
    private const int Version = 1;

    /// <summary>The document.</summary>
    public static string Write(FindingsReport report) => OutputFormat.Json(new JsonObject
    {
        ["version"] = Version,
        ["file"] = report.File,
        ["valid"] = report.IsGood,
        ["errors"] = report.Count(ConfigSeverity.Error),
        ["warnings"] = report.Count(ConfigSeverity.Warning),
        ["notices"] = report.Count(ConfigSeverity.Notice),
        ["findings"] = new JsonArray([.. report.Findings.Select(Finding)]),
    });

    private static JsonObject Finding(ConfigDiagnostic finding)
    {
        var written = new JsonObject
        {
            ["severity"] = Severity(finding.Severity),
            ["rule"] = FindingsReport.RuleOf(finding),
            ["file"] = finding.Position.File,
        };
        if (finding.Position.Line > 0)
        {
            written["line"] = finding.Position.Line;
            written["column"] = finding.Position.Column;
        }
        written["path"] = finding.Path;
        written["message"] = finding.Message;
        return written;
    }

    private static string Severity(ConfigSeverity severity) => severity switch
    {
        ConfigSeverity.Error => "error",
        ConfigSeverity.Warning => "warning",
        _ => "notice",
    };
}
