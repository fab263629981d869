using Gateway.CommandLine;

namespace Gateway.Commands.Audit;

/// <summary>Which findings count: severities that are wanted, rules that are left out (CFG-240, CFG-241).</summary>
internal sealed class AuditFilter
{
    private readonly HashSet<string> _severities;
    private readonly HashSet<string> _ignored;

    private AuditFilter(HashSet<string> severities, HashSet<string> ignored)
    {
        _severities = severities;
        _ignored = ignored;
    }

    /// <summary>The severities to report.</summary>
    public static readonly Flag Severity = new("severity", 's', FlagKind.List, "Severities to report, separated by commas", "\"CRITICAL,HIGH,MEDIUM,LOW\"")
    {
        Values = ["CRITICAL", "HIGH", "MEDIUM", "LOW"],
    };

    /// <summary>Rules to leave out.</summary>
    public static readonly Flag Ignore = new("ignore", 'i', FlagKind.List, "Rules to leave out, separated by commas: 1.2.1,2.2.1");

    /// <summary>A file of rules to leave out.</summary>
    public static readonly Flag IgnoreFile = new("ignore-file", 'I', FlagKind.Text, "File with one rule to leave out per line") { Completion = FlagCompletion.File };

    /// <summary>Reads the flags and the ignore file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static AuditFilter Of(Arguments arguments)
    {
        var severities = arguments.All(Severity.Name);
        var ignored = Parts(arguments.All(Ignore.Name));
        if (arguments.Text(IgnoreFile.Name) is { Length: > 0 } file)
            ignored.UnionWith(Lines(File.ReadAllText(file)));
        return new(Parts(severities.Count > 0 ? severities : Severity.Values), ignored);
    }

    /// <summary>Whether a finding is reported.</summary>
    public bool Includes(AuditFinding finding) => _severities.Contains(finding.Severity.Name()) && !_ignored.Contains(finding.Rule);

    private static HashSet<string> Parts(IEnumerable<string> lists) =>
        lists.SelectMany(static l => l.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n', '\r').Select(static l => l.Split('#')[0].Trim()).Where(static l => l.Length > 0);
}
