namespace KrakenPlugins.Sdk.Configuration;

/// <summary>How bad a finding is.</summary>
public enum ConfigSeverity
{
    /// <summary>Worth knowing: an old name that is honoured.</summary>
    Notice,
    /// <summary>Has no effect or not the one intended; an error under <c>--strict</c>.</summary>
    Warning,
    /// <summary>The configuration cannot be loaded.</summary>
    Error,
}

/// <summary>Names of the rules that findings break, as machines read them; a plugin may use names of its own.</summary>
public static class ConfigRules
{
    /// <summary>The document cannot be read in its format.</summary>
    public const string Syntax = "syntax";
    /// <summary>A value is of the wrong type.</summary>
    public const string Type = "type";
    /// <summary>An attribute that nothing reads.</summary>
    public const string UnknownAttribute = "unknown-attribute";
    /// <summary>A name or value that people use and that has no effect; the message says what to use instead. The linter fails with it.</summary>
    public const string Hint = "hint";
    /// <summary>An old name, which is honoured.</summary>
    public const string OldName = "old-name";
    /// <summary>A namespace, or a plugin that one names, that no installed plugin provides.</summary>
    public const string MissingPlugin = "missing-plugin";
    /// <summary>A namespace that nothing reads at its place.</summary>
    public const string UnknownNamespace = "unknown-namespace";
}

/// <summary>One finding about a configuration.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Position">Where, in the source.</param>
/// <param name="Path">Where, in the document: <c>endpoints[3].backend[0].encoding</c>; empty for the document as a whole.</param>
/// <param name="Message">What is wrong, what was expected and what to do, as one sentence without position.</param>
public sealed record ConfigDiagnostic(ConfigSeverity Severity, SourcePosition Position, string Path, string Message)
{
    /// <summary>The rule that is broken, one of <see cref="ConfigRules"/> or another name in lower case; empty where it has no name.</summary>
    public string Rule { get; init; } = "";

    /// <summary>
    /// Whether the gateway may not start with it. Other errors of components cost one endpoint, backend or agent, which then answers errors.
    /// </summary>
    public bool RefusesStart { get; init; }

    /// <summary>
    /// Whether the gateway starts although a component of the service reports this error: the component was built all the same and answers for
    /// what is wrong itself, as a quota without its processor does with 500 for every request (TRF-177). Nobody else logs the error then.
    /// </summary>
    public bool KeepsStart { get; init; }

    /// <summary><c>file:line:column path: message</c>, or the message alone when it belongs to no file.</summary>
    public override string ToString() =>
        string.IsNullOrEmpty(Position.File) ? Message : Path.Length == 0 ? $"{Position}: {Message}" : $"{Position} {Path}: {Message}";
}

/// <summary>Collects the findings of one load. Not thread-safe.</summary>
public sealed class ConfigDiagnostics
{
    private readonly List<ConfigDiagnostic> _all = [];

    /// <summary>Everything found so far, in the order of reporting.</summary>
    public IReadOnlyList<ConfigDiagnostic> All => _all;

    /// <summary>Whether an <see cref="ConfigSeverity.Error"/> was reported.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Adds a finding.</summary>
    public void Add(ConfigDiagnostic diagnostic)
    {
        _all.Add(diagnostic);
        HasErrors |= diagnostic.Severity == ConfigSeverity.Error;
    }

    /// <summary>Adds an error.</summary>
    public void Error(SourcePosition position, string path, string message) => Add(new(ConfigSeverity.Error, position, path, message));

    /// <summary>Adds a warning.</summary>
    public void Warning(SourcePosition position, string path, string message) => Add(new(ConfigSeverity.Warning, position, path, message));

    /// <summary>Adds a notice.</summary>
    public void Notice(SourcePosition position, string path, string message) => Add(new(ConfigSeverity.Notice, position, path, message));
}
