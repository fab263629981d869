using Gateway.CommandLine;
using Gateway.Packages;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin remove</c>: takes an installed plugin away.</summary>
internal static class PluginRemoveCommand
{
    private static readonly Flag s_from = new("from", null, FlagKind.Text, "Folder that it is installed in", InstallFolder.Machine) { Completion = FlagCompletion.Folder };

    public static Command Definition { get; } = new()
    {
        Name = "remove",
        Purpose = "Removes an installed plugin",
        Description = "Removes a plugin from the folder that it is installed in. A running gateway keeps it until it reloads; a configuration that uses it then\nneeds another plugin for its namespaces, or a reload leaves the running configuration in place.",
        Usage = "plugin remove ID [flags]",
        Example = "plugin remove acme.audit",
        Flags = [s_from],
        Run = static (arguments, terminal) => PackageFailure.ReportedAsync(terminal, () => Task.FromResult(Run(arguments, terminal))),
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional is not [var id])
            throw new UsageException("one id of an installed plugin is needed; `gateway plugin list` shows them");
        var from = arguments.Text(s_from.Name) is { Length: > 0 } named ? named : InstallFolder.Machine;
        if (!Directory.Exists(from))
            throw new PackageException($"{from} is no folder");
        using var folder = InstallFolder.Open(from);
        var plugins = folder.Plugins().Plugins;
        switch (plugins.Where(p => p.Manifest is not null && p.Id == id).ToArray())
        {
            case [var plugin]:
                if (folder.Remove(plugin) is { } remains)
                    terminal.Error($"{terminal.Yellow("WARNING")} its files are still on disk, the next installation deletes them: {remains}\n");
                terminal.Out($"removed {id} {plugin.Manifest!.Version} from {folder.Path}\na running gateway keeps it until a reload: send it SIGHUP\n");
                return ExitStatus.Success;
            case []:
                throw new PackageException($"no plugin in {folder.Path} has the id {ConfigText.Quote(id)}{NearestName.Suggest(id, plugins.Where(static p => p.Manifest is not null).Select(static p => p.Id))}");
            case var several:
                throw new PackageException($"several plugins have the id {id}: {string.Join(", ", several.Select(static p => p.Folder))}; delete one of these folders");
        }
    }
}
