namespace Gateway.CommandLine;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>Nothing, or <c>=true</c> and <c>=false</c>.</summary>
    Switch,
    /// <summary>Nothing; each occurrence counts.</summary>
    Count,
    /// <summary>A text; the last one wins.</summary>
    Text,
    /// <summary>A whole number; the last one wins.</summary>
    Number,
    /// <summary>A text each time it is given.</summary>
    List,
}

/// <summary>What a shell offers for the value of a flag or an argument.</summary>
internal enum FlagCompletion
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Files and folders.</summary>
    File,
    /// <summary>Folders.</summary>
    Folder,
}

/// <summary>One flag of a command.</summary>
/// <param name="Name">Long name, without dashes.</param>
/// <param name="Short">Short name, or <see langword="null"/>.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Description">Its line in the help.</param>
/// <param name="Default">Value when it is not given, as the help shows it.</param>
internal sealed record Flag(string Name, char? Short, FlagKind Kind, string Description, string Default = "")
{
    /// <summary>Every value that it takes; empty when they cannot be listed.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>What a shell offers for the value when there are no <see cref="Values"/>.</summary>
    public FlagCompletion Completion { get; init; }

    /// <summary>Whether the next argument belongs to the flag.</summary>
    public bool TakesValue => Kind is FlagKind.Text or FlagKind.Number or FlagKind.List;

    /// <summary>What stands behind the name in the help.</summary>
    public string Placeholder => Kind switch
    {
        FlagKind.Count => " count",
        FlagKind.Text => " string",
        FlagKind.List => " strings",
        FlagKind.Number => " int",
        _ => "",
    };

    /// <summary>How error messages name the flag: <c>-p, --port</c>.</summary>
    public string Display => Short is { } letter ? $"-{letter}, --{Name}" : $"--{Name}";
}
