using System.Text.Json.Nodes;
using Gateway.CommandLine;
using Gateway.Core.Plugins;
using Gateway.Sidecars.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>
/// The child's side of <see cref="ProbeProcess"/>: does with a plugin what a request file says. <c>mode</c> is <c>load</c>, <c>test</c> or
/// <c>unload</c>.
/// </summary>
internal static class ProbeCommand
{
    /// <summary>Name of the hidden command.</summary>
    public const string Name = "probe-plugin";

    public static Command Definition { get; } = new()
    {
        Name = Name,
        Purpose = "Runs a plugin for another command",
        Description = "Runs a plugin for `plugin check` and `plugin test`, which start it.",
        Usage = $"{Name} REQUEST",
        Example = $"{Name} request.json",
        IsHidden = true,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count != 1)
            throw new UsageException("a request file is missing; use `plugin check --run` or `plugin test`");
        var request = JsonNode.Parse(await File.ReadAllTextAsync(arguments.Positional[0]).ConfigureAwait(false))!.AsObject();
        using var journal = new ProbeJournal(request["journal"]!.GetValue<string>());
        var plugin = PluginTarget.Of(request["folder"]!.GetValue<string>());
        if (plugin.Manifest is { IsProcess: true })
            LeftProcesses.Inherit();
        if (plugin.Manifest is null)
            journal.Write(new() { ["error"] = string.Join("; ", plugin.Diagnostics.All) });
        else
            await RunAsync(request, plugin, journal).ConfigureAwait(false);
        journal.Write(new() { ["done"] = true });
        // Threads of the plugin must not keep the process.
        Environment.Exit(ExitStatus.Success);
        return ExitStatus.Success;
    }

    private static async Task RunAsync(JsonObject request, FoundPlugin plugin, ProbeJournal journal)
    {
        switch (request["mode"]!.GetValue<string>())
        {
            case "load":
                await LoadAsync(plugin, journal).ConfigureAwait(false);
                break;
            case "test":
                await BenchProbe.RunAsync(request, plugin, journal).ConfigureAwait(false);
                break;
            case "unload":
                await UnloadProbe.RunAsync(request, plugin, journal).ConfigureAwait(false);
                break;
            default:
                throw new UsageException("the request has no known mode");
        }
    }

    /// <summary>A host that knows no folders, for the one plugin of a probe.</summary>
    public static PluginHost Host() => new(PluginSearch.None) { Processes = static () => new SidecarPlugins(GatewayExecutable.Command) };

    private static async Task LoadAsync(FoundPlugin plugin, ProbeJournal journal)
    {
        using var host = Host();
        journal.Step(StepOfStart(plugin));
        try
        {
            var set = host.LoadOnly(plugin, isCollectible: false, NullLogger.Instance);
            journal.Write(new() { ["layers"] = new JsonArray([.. set.Registry.Declared.Select(static d => (JsonNode)d.Layer).Distinct()]) });
            await set.DisposeAsync().ConfigureAwait(false);
        }
        catch (PluginLoadException exception)
        {
            journal.Write(new() { ["error"] = exception.Message, ["stack"] = exception.InnerException?.ToString() });
        }
    }

    /// <summary>What a probe begins with, in words.</summary>
    public static string StepOfStart(FoundPlugin plugin) =>
        plugin.Manifest!.IsProcess ? "starting its process" : "loading, constructing and registering it";
}
