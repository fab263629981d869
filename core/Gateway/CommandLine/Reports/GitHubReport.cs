using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine.Reports;

/// <summary>Findings as workflow commands, which GitHub Actions shows beside the lines of a change.</summary>
internal static class GitHubReport
{
    /// <summary>One command for each finding.</summary>
    public static string Write(FindingsReport report)
    {
        var text = new StringBuilder();
        foreach (var finding in report.Findings)
        {
            var file = report.IsOfFile(finding) ? finding.Position.File : report.File;
            text.Append(CultureInfo.InvariantCulture, $"::{Command(finding.Severity)} file={Property(file)}");
            if (finding.Position.Line > 0)
                text.Append(CultureInfo.InvariantCulture, $",line={finding.Position.Line},col={finding.Position.Column}");
            var place = finding.Path.Length == 0 ? "" : finding.Path + ": ";
            text.Append(CultureInfo.InvariantCulture, $",title={Property(FindingsReport.RuleOf(finding))}::{Message(place + report.MessageOf(finding))}\n");
        }
        return text.ToString();
    }

    private static string Command(ConfigSeverity severity) => severity switch
    {
        ConfigSeverity.Error => "error",
        ConfigSeverity.Warning => "warning",
        _ => "notice",
    };

    private static string Message(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Message(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
