using Gateway.CommandLine;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sidecar;

namespace Gateway.Commands.Plugins;

/// <summary>
/// What the gateway starts for a plugin with <c>entry.assembly</c> and <c>runtime</c> <c>process</c>: loads the class as the gateway itself would, and
/// runs it behind the sidecar protocol (GRP-213).
/// </summary>
internal static class SidecarCommand
{
    /// <summary>The first argument.</summary>
    public const string Name = "sidecar";

    /// <summary>Runs in front of everything else of the executable, and is no command in its table.</summary>
    /// <param name="arguments"><c>--folder</c> and the plugin's folder.</param>
    /// <param name="terminal">Where it says why it cannot.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        if (arguments is not ["--folder", var folder])
        {
            terminal.Error($"ERROR `gateway {Name}` is started by the gateway itself\n");
            return ExitStatus.Usage;
        }
        var found = new ConfigDiagnostics();
        var plugin = new FoundPlugin(Path.GetFullPath(folder), "--folder") { Manifest = ManifestReader.Read(folder, found), Diagnostics = found };
        if (plugin.Manifest is null)
            return Refuse(terminal, string.Join("; ", found.All));
        using var copies = new ShadowCopy();
        try
        {
            var code = LoadedCode.Load(plugin, copies, isCollectible: false);
            var status = await PluginProcess.RunAsync(code.CreateInstance, new PluginProcessOptions { Folder = plugin.Folder }).ConfigureAwait(false);
            copies.Dispose();
            // Threads of the plugin must not keep the process.
            Environment.Exit(status);
            return status;
        }
        catch (PluginLoadException exception)
        {
            return Refuse(terminal, exception.Message);
        }
    }

    private static int Refuse(Terminal terminal, string reason)
    {
        terminal.Error($"CRITICAL {reason}\n");
        return ExitStatus.Failure;
    }
}
