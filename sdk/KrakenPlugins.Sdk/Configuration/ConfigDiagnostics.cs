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

/// <summary>One finding about a configuration.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Position">Where, in the source.</param>
/// <param name="Path">Where, in the document: <c>endpoints[3].backend[0].encoding</c>; empty for the document as a whole.</param>
/// <param name="Message">What is wrong, what was expected and what to do, as one sentence without position.</param>
public sealed record ConfigDiagnostic(ConfigSeverity Severity, SourcePosition Position, string Path, string Message)
{
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
