using Gateway.CommandLine;
using Gateway.Commands;
using Gateway.Commands.Plugins;
using Gateway.Commands.Plugins.Probe;

namespace Gateway;

/// <summary>The executable: its commands and nothing else.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => new Dispatcher(
        [
            CheckCommand.Definition, CheckPluginCommand.Definition, DemoCommand.Definition, GenerateCommand.Definition, HealthCommand.Definition, PluginCommand.Definition, ProbeCommand.Definition,
            RunCommand.Definition, SchemaCommand.Definition, KindTest.Definition, VersionCommand.Definition,
        ], new Terminal()).RunAsync(args);
}
