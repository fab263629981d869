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
internal sealed class Dispatcher(IReadOnlyList<Command> commands, Terminal terminal)
{
    /// <summary>Commands of the reference that later versions bring.</summary>
    private static readonly string[] s_later = ["audit", "check-plugin", "e2e", "generate", "license", "openapi", "plugin", "revoke", "revoker", "test-plugin"];

    /// <summary>Runs the command line; the result is the exit status.</summary>
    public Task<int> RunAsync(string[] args)
    {
        if (args.Length == 0)
            return Print(HelpText.OfProgram(commands));
        var name = args[0];
        if (name == "help")
            return Help(args);
        if (name.StartsWith('-'))
            return RootFlags(args);
        foreach (var command in commands)
        {
            if (command.IsCalled(name))
                return RunAsync(command, args.AsSpan(1));
        }
        return Refuse(Unknown(name), $"Run '{HelpText.Program} --help' for usage.\n");
    }

    private Task<int> RunAsync(Command command, ReadOnlySpan<string> args)
    {
        Arguments arguments;
        try
        {
            arguments = FlagParser.Parse([.. command.Flags, HelpText.Help(command.Name)], args);
        }
        catch (UsageException exception)
        {
            return Refuse(exception.Message, HelpText.UsageOf(command));
        }
        return arguments.Has("help") ? Print(HelpText.Of(command)) : RunCheckedAsync(command, arguments);
    }

    private async Task<int> RunCheckedAsync(Command command, Arguments arguments)
    {
        try
        {
            return await command.Run(arguments, terminal).ConfigureAwait(false);
        }
        catch (UsageException exception)
        {
            return await Refuse(exception.Message, HelpText.UsageOf(command)).ConfigureAwait(false);
        }
    }

    private Task<int> Help(string[] args)
    {
        var topic = args.Skip(1).FirstOrDefault(static a => !a.StartsWith('-'));
        if (topic is null or "help")
            return Print(HelpText.OfProgram(commands));
        foreach (var command in commands)
        {
            if (command.IsCalled(topic))
                return Print(HelpText.Of(command));
        }
        return Refuse($"unknown help topic \"{topic}\"", HelpText.UsageOfProgram(commands));
    }

    private Task<int> RootFlags(string[] args)
    {
        Arguments arguments;
        try
        {
            arguments = FlagParser.Parse([HelpText.Help(HelpText.Program), new("version", null, FlagKind.Switch, "")], args);
        }
        catch (UsageException exception)
        {
            return Refuse($"{exception.Message}; flags belong to a command and stand behind it", HelpText.UsageOfProgram(commands));
        }
        if (arguments.Has("version"))
            return RunAsync(commands.First(static c => c.Name == "version"), []);
        return Print(HelpText.OfProgram(commands));
    }

    private string Unknown(string name)
    {
        var message = $"unknown command \"{name}\" for \"{HelpText.Program}\"";
        if (s_later.Contains(name))
            return $"{message}: not supported yet by this version";
        var near = NearestName.Find(name, commands.SelectMany(static c => c.Alias.Length > 0 ? new[] { c.Name, c.Alias } : [c.Name]).Append("help"));
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
