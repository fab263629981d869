using System.ComponentModel;
using Gateway.CommandLine;
using Gateway.Sidecars.Processes;

namespace Gateway.Commands.Plugins;

/// <summary>What the gateway starts for a sidecar: sets limits and user, then becomes the sidecar's program.</summary>
internal static class ConfineCommand
{
    /// <summary>The first argument.</summary>
    public const string Name = "confine";

    // As a shell says of a program that it cannot execute.
    private const int CannotExecute = 126;

    /// <summary>Runs in front of everything else of the executable, and is no command in its table. Returns only when it fails.</summary>
    public static int Run(ReadOnlySpan<string> arguments, Terminal terminal)
    {
        if (!OperatingSystem.IsLinux() || Confinement.TryParse(arguments) is not { } program)
        {
            terminal.Error($"ERROR `gateway {Name}` is started by the gateway itself\n");
            return ExitStatus.Usage;
        }
        try
        {
            Confinement.Become(program);
            return ExitStatus.Success;
        }
        catch (Win32Exception exception)
        {
            terminal.Error($"ERROR {exception.Message}\n");
            return CannotExecute;
        }
    }
}
