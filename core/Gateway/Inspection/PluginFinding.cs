namespace Gateway.Inspection;

/// <summary>How bad a finding about a plugin is.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Info,
    /// <summary>Works here, but not as its author means, or not everywhere.</summary>
    Warning,
    /// <summary>The gateway cannot use it, or it fails when the code in question runs.</summary>
    Error,
}

/// <summary>One finding about a plugin.</summary>
/// <param name="Code">Stable code; the table is docs/plugins/check.md.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="File">File of the plugin, relative to its folder with <c>/</c>; with line and column where they are known.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record PluginFinding(string Code, FindingSeverity Severity, string File, string Message, string Remedy)
{
    /// <summary>The severity in a word.</summary>
    public string Grade => Severity switch
    {
        FindingSeverity.Error => "error",
        FindingSeverity.Warning => "warning",
        _ => "info",
    };

    /// <summary><c>code severity file: message; remedy</c>.</summary>
    public override string ToString() => $"{Code} {Grade} {File}: {Message}; {Remedy}";
}

/// <summary>Collects the findings of one inspection, each once.</summary>
internal sealed class FindingList
{
    private readonly HashSet<PluginFinding> _seen = [];
    private readonly List<PluginFinding> _all = [];

    /// <summary>Errors first, then in the order of reporting.</summary>
    public IReadOnlyList<PluginFinding> Sorted => [.. _all.OrderByDescending(static f => f.Severity)];

    public void Error(string code, string file, string message, string remedy) => Add(code, FindingSeverity.Error, file, message, remedy);

    public void Warning(string code, string file, string message, string remedy) => Add(code, FindingSeverity.Warning, file, message, remedy);

    public void Note(string code, string file, string message, string remedy) => Add(code, FindingSeverity.Info, file, message, remedy);

    public void Add(string code, FindingSeverity severity, string file, string message, string remedy)
    {
        var finding = new PluginFinding(code, severity, file, message, remedy);
        if (_seen.Add(finding))
            _all.Add(finding);
    }
}
