using System.Globalization;
using System.Text;
using Gateway.Core;

namespace Gateway.CommandLine;

/// <summary>The help of the program and of each command.</summary>
internal static class HelpText
{
    /// <summary>Name of the executable.</summary>
    public const string Program = "gateway";

    /// <summary>The program's flag for its version.</summary>
    public static readonly Flag Version = new("version", null, FlagKind.Switch, $"version of {Program}");

    /// <summary>The flag that every command has.</summary>
    public static Flag Help(string command) => new("help", 'h', FlagKind.Switch, $"help for {command}");

    /// <summary>Banner, purpose and usage of the program.</summary>
    public static string OfProgram(IReadOnlyList<Command> commands) => Banner + """
        An API gateway that runs KrakenD configurations (language version 3) and whose
        features are plugins.


        """ + UsageOfProgram(commands);

    /// <summary>Usage, commands and flags of the program.</summary>
    public static string UsageOfProgram(IReadOnlyList<Command> commands)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Usage:\n  {Program} [command]\n");
        AppendCommands(text, commands);
        text.Append("\nFlags:\n");
        AppendFlags(text, [Help(Program), Version]);
        text.Append(CultureInfo.InvariantCulture, $"\nUse \"{Program} [command] --help\" for more information about a command.\n");
        return text.ToString();
    }

    /// <summary>Banner, description and usage of a command.</summary>
    public static string Of(Command command) => $"{Banner}{command.Description}\n\n{UsageOf(command)}";

    /// <summary>Usage, example and flags of a command.</summary>
    public static string UsageOf(Command command)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Usage:\n  {Program} {command.Usage}\n");
        if (command.Alias.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nAliases:\n  {command.Name}, {command.Alias}\n");
        text.Append("\nExamples:\n");
        foreach (var example in command.Example.Split('\n'))
            text.Append(CultureInfo.InvariantCulture, $"  {Program} {example}\n");
        if (command.Subcommands.Count > 0)
            AppendCommands(text, command.Subcommands);
        text.Append("\nFlags:\n");
        AppendFlags(text, [.. command.Flags.Append(Help(command.Name)).OrderBy(static f => f.Name, StringComparer.Ordinal)]);
        if (command.Subcommands.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nUse \"{Program} {command.Name} [command] --help\" for more information about a command.\n");
        return text.ToString();
    }

    private static void AppendCommands(StringBuilder text, IReadOnlyList<Command> commands)
    {
        var shown = commands.Where(static c => !c.IsHidden).ToArray();
        var width = Math.Max(10, shown.Max(static c => c.Name.Length));
        text.Append("\nAvailable Commands:\n");
        foreach (var command in shown)
            text.Append("  ").Append(command.Name.PadRight(width)).Append("  ").Append(command.Purpose).Append('\n');
    }

    private static string Banner => $"{Product.Name}\n\nVersion: {Product.Version}\n\n";

    private static void AppendFlags(StringBuilder text, IReadOnlyList<Flag> flags)
    {
        var width = flags.Max(static f => f.Name.Length + f.Placeholder.Length);
        foreach (var flag in flags)
        {
            text.Append(flag.Short is { } letter ? $"  -{letter}, --" : "      --");
            text.Append((flag.Name + flag.Placeholder).PadRight(width + 3)).Append(flag.Description);
            if (flag.Default.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $" (default {flag.Default})");
            text.Append('\n');
        }
    }
}
