namespace Gateway.CommandLine;

/// <summary>One command: what the help says about it, its flags, what it does.</summary>
internal sealed class Command
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>A second name, or empty.</summary>
    public string Alias { get; init; } = "";

    /// <summary>Its line in the list of commands.</summary>
    public required string Purpose { get; init; }

    /// <summary>What its own help begins with.</summary>
    public required string Description { get; init; }

    /// <summary>How it is called, behind the program's name.</summary>
    public required string Usage { get; init; }

    /// <summary>Whole command lines, one per line.</summary>
    public required string Example { get; init; }

    /// <summary>Its flags, sorted by name; <c>--help</c> is every command's.</summary>
    public IReadOnlyList<Flag> Flags { get; init; } = [];

    /// <summary>Long names of flags that guides show and that it does not have, with what to do instead.</summary>
    public IReadOnlyDictionary<string, string> ForeignFlags { get; init; } = new Dictionary<string, string>();

    /// <summary>Commands behind it (<c>plugin list</c>); with any and without <see cref="Run"/>, it does nothing itself but explain them.</summary>
    public IReadOnlyList<Command> Subcommands { get; init; } = [];

    /// <summary>Whether no help shows it: the gateway starts it itself.</summary>
    public bool IsHidden { get; init; }

    /// <summary>What its arguments that are no flags are; the completion of a shell offers them.</summary>
    public FlagCompletion Operands { get; init; }

    /// <summary>Whether a whole command line stands behind its <c>--</c>.</summary>
    public bool WrapsCommand { get; init; }

    /// <summary>Runs it; the result is the exit status. <see langword="null"/> where it only explains its <see cref="Subcommands"/>.</summary>
    public Func<Arguments, Terminal, Task<int>>? Run { get; init; }

    /// <summary>The command of a name among several, or <see langword="null"/>.</summary>
    public static Command? Find(IReadOnlyList<Command> commands, string name)
    {
        foreach (var command in commands)
        {
            if (command.IsCalled(name))
                return command;
        }
        return null;
    }

    /// <summary>Whether a word names this command.</summary>
    public bool IsCalled(string name) => name == Name || (Alias.Length > 0 && name == Alias);
}
