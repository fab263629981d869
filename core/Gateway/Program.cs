using Gateway.CommandLine;
using Gateway.Commands;
using Gateway.Commands.Audit;
using Gateway.Commands.Completion;
using Gateway.Commands.Migrate;
using Gateway.Commands.Plugins;
using Gateway.Commands.Plugins.Probe;
using Gateway.Commands.Watch;
using Gateway.Fips;

namespace Gateway;

/// <summary>The executable: its commands and nothing else.</summary>
internal static class Program
{
    private static readonly IReadOnlyList<Command> s_commands =
    [
        AuditCommand.Definition, CheckCommand.Definition, CheckPluginCommand.Definition, CompletionCommand.Of(static () => PluginCommands.With(s_commands!, [])), DemoCommand.Definition,
        GenerateCommand.Definition, HealthCommand.Definition, LicenseCommand.Definition, MigrateCommand.Definition, PluginCommand.Definition, ProbeCommand.Definition,
        ReloadCommand.Definition, RunCommand.Definition, SchemaCommand.Definition, StatusCommand.Definition, KindTest.Definition, VersionCommand.Definition,
        WatchCommand.Of(static () => s_commands!),
    ];

    private static Task<int> Main(string[] args)
    {
        if (args is [ConfineCommand.Name, .. var confined])
            return Task.FromResult(ConfineCommand.Run(confined, new Terminal()));
        if (args is [SidecarCommand.Name, .. var plugin])
            return SidecarCommand.RunAsync(plugin, new Terminal());
        OrphanGuard.Start();
        if (FipsStart.Fault is { } fault)
        {
            new Terminal().Error($"ERROR {fault}\n");
            return Task.FromResult(ExitStatus.Failure);
        }
        return new Dispatcher(s_commands, static args => PluginCommands.With(s_commands, args), new Terminal()).RunAsync(args);
    }
}
