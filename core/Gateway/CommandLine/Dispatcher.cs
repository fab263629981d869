using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine;

/// <summary>Exit statuses (CFG-209).</summary>
internal static class ExitStatus
{
    /// <summary>Done.</summary>
    public const int Success = 0;
    /// <summary>The command did its work and found problems, or the service could not start.</summary>
    public const int Failure = 1;
    /// <summary>The command line is wrong, or <c>run</c> cannot load its configuration.</summary>
    public const int Usage = 255;
}

/// <summary>Finds the command, reads its flags, runs it.</summary>
/// <param name="own">The executable's own commands.</param>
/// <param name="all">Those and the ones that plugins bring, for a command line; asked only when the own ones do not do.</param>
/// <param name="terminal">Where to talk to the person who typed.</param>
internal sealed class Dispatcher(IReadOnlyList<Command> own, Func<string[], IReadOnlyList<Command>> all, Terminal terminal)
{
    /// <summary>Commands of the reference that later versions bring.</summary>
    private static readonly string[] s_later = ["e2e", "openapi"];

    /// <summary>Commands of the reference that a plugin brings.</summary>
    private static readonly string[] s_ofPlugins = ["revoke", "revoker"];

    /// <summary>Taken by every command and ignored, unless a command has a flag of this name or letter itself (CFG-250).</summary>
    private static readonly Flag s_license = new("license", 'l', FlagKind.Text, "");

    /// <summary>Runs the command line; the result is the exit status.</summary>
    public Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 && Command.Find(own, args[0]) is { } known)
            return RunAsync(known, args.AsSpan(1));
        var commands = all(args);
        if (args.Length == 0)
            return Print(HelpText.OfProgram(commands));
        var name = args[0];
        if (name == "help")
            return Help(args, commands);
        if (name.StartsWith('-'))
            return RootFlags(args, commands);
        return Command.Find(commands, name) is { } command
            ? RunAsync(command, args.AsSpan(1))
            : Refuse(Unknown(name, HelpText.Program, commands), $"Run '{HelpText.Program} --help' for usage.\n");
    }

    private Task<int> RunAsync(Command command, ReadOnlySpan<string> args)
    {
        if (command.Subcommands.Count > 0 && args.Length > 0 && !args[0].StartsWith('-'))
        {
            return Command.Find(command.Subcommands, args[0]) is { } inner
                ? RunAsync(inner, args[1..])
                : Refuse(Unknown(args[0], $"{HelpText.Program} {command.Name}", command.Subcommands), HelpText.UsageOf(command));
        }
        Arguments arguments;
        try
        {
            arguments = FlagParser.Parse([.. command.Flags, HelpText.Help(command.Name), s_license], args);
        }
        catch (UsageException exception)
        {
            var advice = command.ForeignFlags.TryGetValue(exception.Flag, out var instead) ? $"; {instead}" : "";
            return Refuse(exception.Message + advice, HelpText.UsageOf(command));
        }
        if (arguments.Has("help") || command.Run is null)
            return Print(HelpText.Of(command));
        // Flags of a command that has both may stand before the name of the inner one, which shares them.
        if (command.Subcommands.Count > 0 && arguments.Positional.Count > 0)
        {
            if (Command.Find(command.Subcommands, arguments.Positional[0]) is not { } inner)
                return Refuse(Unknown(arguments.Positional[0], $"{HelpText.Program} {command.Name}", command.Subcommands), HelpText.UsageOf(command));
            arguments.Positional.RemoveAt(0);
            command = inner;
        }
        return RunCheckedAsync(command, arguments);
    }

    private async Task<int> RunCheckedAsync(Command command, Arguments arguments)
    {
        try
        {
            return await command.Run!(arguments, terminal).ConfigureAwait(false);
        }
        catch (UsageException exception)
        {
            return await Refuse(exception.Message, HelpText.UsageOf(command)).ConfigureAwait(false);
        }
    }

    private Task<int> Help(string[] args, IReadOnlyList<Command> commands)
    {
        // Folders of plugins may be named, so that their commands are known.
        var topic = args.Where((a, i) => i > 0 && !a.StartsWith('-') && args[i - 1] != "--plugins").ToArray();
        if (topic.Length == 0 || topic[0] == "help")
            return Print(HelpText.OfProgram(commands));
        var command = Command.Find(commands, topic[0]);
        for (var i = 1; i < topic.Length && command is { Subcommands.Count: > 0 }; i++)
            command = Command.Find(command.Subcommands, topic[i]);
        return command is not null
            ? Print(HelpText.Of(command))
            : Refuse($"unknown help topic \"{string.Join(' ', topic)}\"", HelpText.UsageOfProgram(commands));
    }

    private Task<int> RootFlags(string[] args, IReadOnlyList<Command> commands)
    {
        Arguments arguments;
        try
        {
            arguments = FlagParser.Parse([HelpText.Help(HelpText.Program), HelpText.Version], args);
        }
        catch (UsageException exception)
        {
            return Refuse($"{exception.Message}; flags belong to a command and stand behind it", HelpText.UsageOfProgram(commands));
        }
        if (arguments.Has("version"))
            return RunAsync(commands.First(static c => c.Name == "version"), []);
        return Print(HelpText.OfProgram(commands));
    }

    private static string Unknown(string name, string parent, IReadOnlyList<Command> known)
    {
        var message = $"unknown command \"{name}\" for \"{parent}\"";
        if (parent == HelpText.Program && s_later.Contains(name))
            return $"{message}: not supported yet by this version";
        if (parent == HelpText.Program && s_ofPlugins.Contains(name))
            return $"{message}: the plugin \"revoker\" brings it and is not installed; see `{HelpText.Program} plugin install --help`";
        var near = NearestName.Find(name, known.Where(static c => !c.IsHidden).SelectMany(static c => c.Alias.Length > 0 ? new[] { c.Name, c.Alias } : [c.Name]).Append("help"));
        return near is null ? message : $"{message}\n\nDid you mean this?\n\t{near}\n";
    }

    private Task<int> Print(string text)
    {
        terminal.Out(text);
        return Task.FromResult(ExitStatus.Success);
    }

    private Task<int> Refuse(string message, string usage)
    {
        terminal.Error($"{terminal.Red("Error:")} {message}\n{usage}");
        return Task.FromResult(ExitStatus.Usage);
    }
}
