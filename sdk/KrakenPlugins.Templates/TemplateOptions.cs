namespace KrakenPlugins.Templates;

/// <summary>What a field gives that a map does not have.</summary>
public enum MissingKey
{
    /// <summary>An absent value, which prints as <c>&lt;no value&gt;</c> and is false: Go's default.</summary>
    Default,

    /// <summary>The empty text.</summary>
    Zero,

    /// <summary>An error, in conditions too.</summary>
    Error,
}

/// <summary>How the templates of a set are parsed and rendered. Do not change it once a set uses it.</summary>
public sealed class TemplateOptions
{
    /// <summary>The functions beside the built-in ones.</summary>
    public FunctionTable Functions { get; init; } = new();

    /// <summary>What a field gives that a map does not have.</summary>
    public MissingKey MissingKey { get; init; }

    /// <summary>The UTF-16 code units that one rendering may write; 64 Mi unless set.</summary>
    public int MaximumOutput { get; init; } = 64 * 1024 * 1024;

    /// <summary>How deeply templates may call each other; 10,000 unless set.</summary>
    public int MaximumDepth { get; init; } = 10_000;

    /// <summary>
    /// The statements, iterations and calls of functions that one rendering may take; 100 million unless set, which is some seconds.
    /// Results of functions count one more for every 64 characters.
    /// </summary>
    public long MaximumSteps { get; init; } = 100_000_000;
}
