using Gateway.CommandLine;
using Gateway.Inspection;
using Gateway.Packages;

namespace Gateway.Commands.Plugins;

/// <summary>What commands that read and write packages say when they cannot.</summary>
internal static class PackageFailure
{
    /// <summary>Does the work; what stands in its way becomes a sentence and a status.</summary>
    public static async Task<int> ReportedAsync(Terminal terminal, Func<Task<int>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is PackageException or IOException or UnauthorizedAccessException)
        {
            terminal.Error($"{terminal.Red("ERROR")} {exception.Message}\n");
            return ExitStatus.Failure;
        }
    }

    /// <summary>Shows what an inspection found.</summary>
    /// <returns>Whether there is an error and nobody insists.</returns>
    public static bool Refuses(string origin, IReadOnlyList<PluginFinding> findings, bool isForced, Terminal terminal)
    {
        foreach (var finding in findings.Where(static f => f.Severity != FindingSeverity.Info))
            terminal.Error($"{finding.Code} {(finding.Severity == FindingSeverity.Error ? terminal.Red(finding.Grade) : terminal.Yellow(finding.Grade))} {finding.File}: {finding.Message}; {finding.Remedy}\n");
        if (isForced || !findings.Any(static f => f.Severity == FindingSeverity.Error))
            return false;
        terminal.Error($"{terminal.Red("ERROR")} {origin} has errors (docs/plugins/check.md); --force goes on nevertheless\n");
        return true;
    }
}
