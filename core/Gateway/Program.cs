using Gateway.CommandLine;
using Gateway.Commands;

namespace Gateway;

/// <summary>The executable: its commands and nothing else.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => new Dispatcher(
        [CheckCommand.Definition, DemoCommand.Definition, RunCommand.Definition, SchemaCommand.Definition, VersionCommand.Definition], new Terminal()).RunAsync(args);
}
