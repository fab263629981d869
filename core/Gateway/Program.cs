using Gateway.CommandLine;
using Gateway.Commands.Audit;
using Gateway.Commands.Completion;
using Gateway.Commands.Migrate;
using Gateway.Commands.Plugins.Probe;
using Gateway.Commands.Plugins;
using Gateway.Commands.Watch;
using Gateway.Commands;

namespace Gateway;

/// <summary>The executable: its commands and nothing else.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => new Dispatcher(
        [
            AuditCommand.Definition, CheckCommand.Definition, CheckPluginCommand.Definition, DemoCommand.Definition, GenerateCommand.Definition,
            HealthCommand.Definition, KindTest.Definition, LicenseCommand.Definition, MigrateCommand.Definition, PluginCommand.Definition,
            ProbeCommand.Definition, ReloadCommand.Definition, RunCommand.Definition, SchemaCommand.Definition, StatusCommand.Definition,
            VersionCommand.Definition,
        ], new Terminal()).RunAsync(args);
}
