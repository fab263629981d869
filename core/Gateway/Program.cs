using Gateway.CommandLine;
using Gateway.Commands.Plugins.Probe;
using Gateway.Commands.Plugins;
using Gateway.Commands;

namespace Gateway;

/// <summary>The executable: its commands and nothing else.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => new Dispatcher(
        [
            CheckCommand.Definition, CheckPluginCommand.Definition, DemoCommand.Definition, GenerateCommand.Definition, HealthCommand.Definition,
            KindTest.Definition, PluginCommand.Definition, ProbeCommand.Definition, ReloadCommand.Definition, RunCommand.Definition,
            SchemaCommand.Definition, StatusCommand.Definition, VersionCommand.Definition,
        ], new Terminal()).RunAsync(args);
}
