using Gateway.CommandLine;

namespace Gateway.Commands.Completion;

/// <summary>What may stand behind one sequence of command names.</summary>
/// <param name="Path">The names, each with a blank in front: <c> plugin list</c>; empty for the program itself.</param>
/// <param name="Commands">Names that may follow.</param>
/// <param name="Flags">Flags that may follow.</param>
/// <param name="Operands">What other arguments are.</param>
/// <param name="WrapsCommand">Whether a whole command line may follow behind <c>--</c>.</param>
internal sealed record CompletionPlace(string Path, IReadOnlyList<CompletionWord> Commands, IReadOnlyList<Flag> Flags, FlagCompletion Operands, bool WrapsCommand);

/// <summary>A name of a command.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Current">The name that an alias stands for.</param>
/// <param name="Purpose">What it does.</param>
internal sealed record CompletionWord(string Name, string Current, string Purpose);

/// <summary>The table of commands as the scripts need it: flat, without what is hidden.</summary>
internal static class CompletionTree
{
    private static readonly CompletionWord s_help = new("help", "help", "Explains a command");

    /// <summary>Every place, the program first.</summary>
    public static IReadOnlyList<CompletionPlace> Of(IReadOnlyList<Command> commands)
    {
        var words = Words(commands).ToArray();
        var places = new List<CompletionPlace>
        {
            new("", [.. words, s_help], [HelpText.Help(HelpText.Program), HelpText.Version], FlagCompletion.None, false),
            new(" help", words, [], FlagCompletion.None, false),
        };
        foreach (var command in commands)
            Add("", command, places);
        return places;
    }

    private static void Add(string parent, Command command, List<CompletionPlace> places)
    {
        if (command.IsHidden)
            return;
        var path = $"{parent} {command.Name}";
        places.Add(new(path, [.. Words(command.Subcommands)], [.. command.Flags.Append(HelpText.Help(command.Name)).OrderBy(static f => f.Name, StringComparer.Ordinal)], command.Operands, command.WrapsCommand));
        if (command.Subcommands.Count > 0)
            places.Add(new($" help{path}", [.. Words(command.Subcommands)], [], FlagCompletion.None, false));
        foreach (var inner in command.Subcommands)
            Add(path, inner, places);
    }

    private static IEnumerable<CompletionWord> Words(IReadOnlyList<Command> commands)
    {
        foreach (var command in commands.Where(static c => !c.IsHidden))
        {
            yield return new(command.Name, command.Name, command.Purpose);
            if (command.Alias.Length > 0)
                yield return new(command.Alias, command.Name, command.Purpose);
        }
    }

    /// <summary>A flag as it is typed, each way: <c>--config</c>, <c>-c</c>.</summary>
    public static IEnumerable<string> Spellings(Flag flag)
    {
        yield return $"--{flag.Name}";
        if (flag.Short is { } letter)
            yield return $"-{letter}";
    }

    /// <summary>A text in single quotes for bash and zsh.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
