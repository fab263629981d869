namespace Gateway.Sidecars.Processes;

/// <summary>What is started for a sidecar.</summary>
public sealed record ProcessLaunch
{
    /// <summary>The program, by an absolute path, and its arguments. Everybody on the machine can read them: no secrets.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Folder that it starts in.</summary>
    public required string Folder { get; init; }

    /// <summary>Environment variables of the gateway that it gets; it gets no others.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Environment variables that it gets beside those. Everybody on the machine can read them: no secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>What it may use.</summary>
    public ProcessLimits Limits { get; init; } = ProcessLimits.None;

    /// <summary>One line that it reads from its standard input, which then stays open as long as the gateway lives. May hold secrets.</summary>
    public string Greeting { get; init; } = "";
}
