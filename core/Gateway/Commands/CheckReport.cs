using Gateway.CommandLine;
using Gateway.CommandLine.Reports;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary>
/// What <c>check</c> says: text for a person stage by stage, or everything at once in a form for machines on standard output.
/// </summary>
/// <param name="terminal">Where to.</param>
/// <param name="file">The configuration file.</param>
/// <param name="isStrict">Whether every warning is an error.</param>
/// <param name="write">Writes the findings for machines; <see langword="null"/> for text.</param>
internal sealed class CheckReport(Terminal terminal, string file, bool isStrict, Func<FindingsReport, string>? write)
{
    private readonly List<ConfigDiagnostic> _all = [];
    private readonly HashSet<SourcePosition> _places = [];

    /// <summary>Takes what a stage found; of a place that an earlier stage spoke about no further warning.</summary>
    /// <param name="title">What fails with an error among it.</param>
    /// <param name="findings">What was found.</param>
    /// <returns>Whether there is no error among it.</returns>
    public bool Stage(string title, IEnumerable<ConfigDiagnostic> findings)
    {
        var found = new ConfigDiagnostics();
        foreach (var finding in findings.Where(f => f.Severity == ConfigSeverity.Error || f.Position.Line == 0 || !_places.Contains(f.Position)))
            found.Add(isStrict && finding.Severity == ConfigSeverity.Warning ? finding with { Severity = ConfigSeverity.Error } : finding);
        foreach (var finding in found.All)
            _places.Add(finding.Position);
        _all.AddRange(found.All);
        if (write is not null)
            return !found.HasErrors;
        if (found.HasErrors)
            Findings.PrintErrors(terminal, title, found);
        else
            Findings.PrintWarnings(terminal, found);
        return !found.HasErrors;
    }

    /// <summary>Takes a failure that is about no place in the file.</summary>
    public bool Fail(string title, string reason)
    {
        _all.Add(new(ConfigSeverity.Error, new(file, 0, 0), "", $"{title}: {reason}"));
        if (write is null)
            terminal.Error($"{terminal.Red("ERROR")} {title}: {reason}\n");
        return false;
    }

    /// <summary>Says how the check ended, and gives the exit status.</summary>
    public int Finish(bool isGood)
    {
        if (write is not null)
        {
            var findings = Findings.InOrder(_all);
            terminal.Out(write(new(file, findings)));
            if (!isGood)
                terminal.Error($"{terminal.Red("ERROR")} checking the configuration file: {Findings.Counts(findings)}\n");
        }
        if (isGood)
            terminal.Error(terminal.Green("Syntax OK!") + "\n");
        return isGood ? ExitStatus.Success : ExitStatus.Failure;
    }
}
