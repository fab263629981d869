using Gateway.CommandLine;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using BroughtCommand = Gateway.Core.Plugins.PluginCommand;

namespace Gateway.Commands.Plugins;

/// <summary>The commands that installed plugins bring, out of their manifests; none of their code runs before one is called.</summary>
internal static class PluginCommands
{
    /// <summary>The executable's own commands and those of plugins, sorted by name. A plugin cannot take a name that is taken.</summary>
    /// <param name="own">The executable's own.</param>
    /// <param name="args">The command line, which may name folders of plugins.</param>
    public static IReadOnlyList<Command> With(IReadOnlyList<Command> own, string[] args)
    {
        var all = own.ToList();
        foreach (var command in PluginCatalog.Discover(new PluginSearch { CommandLine = FoldersIn(args) }, null).Commands)
        {
            if (Command.Find(all, command.Name) is not null || command.Name == "help")
                continue;
            var isAliasFree = command.Alias.Length > 0 && command.Alias != "help" && Command.Find(all, command.Alias) is null;
            all.Add(Of(command, isAliasFree ? command.Alias : ""));
        }
        all.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return all;
    }

    private static Command Of(BroughtCommand command, string alias) => new()
    {
        Name = command.Name,
        Alias = alias,
        Purpose = command.Description,
        Description = $"{command.Description}. The configuration's \"{command.Namespace}\" says how; of the rest, port, tls, log, router, limits and transport apply.",
        Usage = $"{command.Name} [flags]",
        Example = $"{command.Name} -c {(command.Config.Length > 0 ? command.Config : "krakend.json")}",
        Flags = [CommonFlags.Config with { Default = command.Config }, CommonFlags.Plugins],
        Run = async (arguments, terminal) =>
        {
            var file = arguments.Text(CommonFlags.Config.Name) is { Length: > 0 } given ? given : command.Config;
            if (file.Length > 0)
                return await RunCommand.RunAsync(file, arguments, terminal, new ServedCommand(command.Name, command.Namespace)).ConfigureAwait(false);
            terminal.Error(CommonFlags.MissingConfig);
            return ExitStatus.Failure;
        },
    };

    // The commands have to be known before the command line can be parsed.
    private static List<string> FoldersIn(string[] args)
    {
        var folders = new List<string>();
        var flag = $"--{CommonFlags.Plugins.Name}";
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith($"{flag}=", StringComparison.Ordinal))
                folders.Add(args[i][(flag.Length + 1)..]);
            else if (args[i] == flag && i + 1 < args.Length)
                folders.Add(args[++i]);
        }
        return folders;
    }
}
