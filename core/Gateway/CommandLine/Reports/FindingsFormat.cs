using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine.Reports;

/// <summary>What was found about a configuration file, as a whole.</summary>
/// <param name="File">Path as the operator wrote it.</param>
/// <param name="Findings">In order, each once.</param>
internal sealed record FindingsReport(string File, IReadOnlyList<ConfigDiagnostic> Findings)
{
    /// <summary>Whether the file can be used.</summary>
    public bool IsGood => !Findings.Any(static f => f.Severity == ConfigSeverity.Error);

    /// <summary>How many findings are so bad.</summary>
    public int Count(ConfigSeverity severity) => Findings.Count(f => f.Severity == severity);

    /// <summary>The name of a finding's rule.</summary>
    public static string RuleOf(ConfigDiagnostic finding) => finding.Rule.Length > 0 ? finding.Rule : "configuration";

    /// <summary>Whether a finding is about a file, not about the environment or the command line.</summary>
    public bool IsOfFile(ConfigDiagnostic finding) => finding.Position.Line > 0 || finding.Position.File == File;

    /// <summary>What is wrong, with the place in front where it is no file.</summary>
    public string MessageOf(ConfigDiagnostic finding) => IsOfFile(finding) || finding.Position.File.Length == 0 ? finding.Message : $"{finding.Position.File}: {finding.Message}";
}

/// <summary>The forms in which findings are written for machines, each on standard output.</summary>
internal static class FindingsFormat
{
    private static readonly Dictionary<string, Func<FindingsReport, string>> s_writers = new(StringComparer.Ordinal)
    {
        ["json"] = JsonReport.Write,
        ["sarif"] = SarifReport.Write,
        ["github"] = GitHubReport.Write,
    };

    /// <summary>The flag.</summary>
    public static readonly Flag Flag = new("format", null, FlagKind.Text, "How findings are written: text, json, sarif or github", "text");

    /// <summary>What writes the findings, or <see langword="null"/> for text on standard error.</summary>
    /// <exception cref="UsageException">There is no such format.</exception>
    public static Func<FindingsReport, string>? Of(Arguments arguments)
    {
        if (arguments.Text(Flag.Name) is not { } name || name == "text")
            return null;
        return s_writers.GetValueOrDefault(name)
            ?? throw new UsageException($"invalid argument \"{name}\" for \"--format\": it takes text, {string.Join(", ", s_writers.Keys.SkipLast(1))} or {s_writers.Keys.Last()}");
    }
}
