using Gateway.CommandLine;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin</c>: what has to do with plugins.</summary>
internal static class PluginCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "plugin",
        Purpose = "Lists, checks, tests, makes and installs plugins",
        Description = "Lists, checks, tests, makes and installs plugins.",
        Usage = "plugin [command]",
        Example = "plugin list --plugins ./plugins",
        Subcommands =
        [
            PluginCheckCommand.Definition, PluginInitCommand.Definition, PluginInstallCommand.Definition, PluginListCommand.Definition, PluginNewCommand.Definition,
            PluginPackCommand.Definition, PluginRemoveCommand.Definition, PluginTestCommand.Definition,
        ],
    };
}
