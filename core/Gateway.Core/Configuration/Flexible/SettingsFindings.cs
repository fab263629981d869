using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// What is wrong with settings files and folders, all of it in one error of the reference's form: a first line
/// <c>loading flexible-config settings:</c> and one line <c>- file: reason</c> each (CFG-068).
/// </summary>
internal sealed class SettingsFindings(FlexibleLimits limits)
{
    private readonly List<string> _lines = [];

    /// <summary>Whether there is something.</summary>
    public bool HasErrors => _lines.Count > 0;

    /// <summary>Adds one.</summary>
    public void Add(SourcePosition position, string reason) => _lines.Add($"- {position}: {reason}");

    /// <summary>Adds a file that cannot be read.</summary>
    public void Add(SourceFileException failure) => _lines.Add($"- {failure.Path}: {failure.Reason}");

    /// <summary>Adds the errors of a reader.</summary>
    public void Add(ConfigDiagnostics found)
    {
        foreach (var finding in found.All)
        {
            if (finding.Severity == ConfigSeverity.Error)
                Add(finding.Position, finding.Path.Length == 0 ? finding.Message : $"{finding.Path}: {finding.Message}");
        }
    }

    /// <summary>Reports everything as one error, which belongs to no file.</summary>
    public void Report(ConfigDiagnostics diagnostics)
    {
        if (!HasErrors)
            return;
        var text = new StringBuilder("loading flexible-config settings:");
        foreach (var line in _lines.Take(limits.Findings))
            text.Append('\n').Append(line);
        if (_lines.Count > limits.Findings)
            text.Append(CultureInfo.InvariantCulture, $"\n… and {_lines.Count - limits.Findings} more");
        diagnostics.Error(default, "", text.ToString());
    }
}
