using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json.Nodes;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Loads, drives and unloads a plugin many times, as that many reloads of the gateway would, and counts what stays.</summary>
internal static class UnloadProbe
{
    private const int LoadRounds = 100;

    // A process takes its time.
    private const int ProcessRounds = 10;

    private const int Collections = 20;

    /// <summary>Runs in the child; see <see cref="ProbeCommand"/>.</summary>
    public static async Task RunAsync(JsonObject request, FoundPlugin plugin, ProbeJournal journal)
    {
        var contexts = new List<WeakReference>();
        var faults = new List<string>();
        using var host = ProbeCommand.Host();
        var rounds = plugin.Manifest!.IsProcess ? ProcessRounds : LoadRounds;
        var threads = 0;
        var timers = 0L;
        for (var round = 0; round < rounds; round++)
        {
            journal.Step($"round {round + 1} of {rounds}");
            try
            {
                await RoundAsync(request, plugin, host, contexts, faults).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is PluginLoadException or ConfigurationException)
            {
                journal.Write(new() { ["error"] = exception.Message, ["stack"] = exception.InnerException?.ToString() });
                return;
            }
            if (round == 0)
                (threads, timers) = (ThreadCount(), Timer.ActiveCount);
        }
        journal.Step("looking for what stays");
        if (plugin.Manifest.IsProcess)
        {
            var left = await LeftProcesses.EndAsync().ConfigureAwait(false);
            journal.Write(new() { ["rounds"] = rounds, ["alive"] = left.Count, ["faults"] = faults.Count, ["first_fault"] = faults.FirstOrDefault(), ["processes"] = true, ["roots"] = new JsonArray([.. left.Select(static l => (JsonNode)l)]) });
            return;
        }
        Collect(contexts);
        var alive = contexts.Count(static c => c.IsAlive);
        var roots = alive == 0 ? [] : Survivors.Find(contexts);
        if (alive > 0 && Timer.ActiveCount - timers >= rounds / 2)
            roots.Add($"timers: {Timer.ActiveCount - timers} more are active than after the first round");
        if (alive > 0 && ThreadCount() - threads >= rounds / 2)
            roots.Add($"threads: there are {ThreadCount() - threads} more than after the first round");
        journal.Write(new() { ["rounds"] = rounds, ["alive"] = alive, ["faults"] = faults.Count, ["first_fault"] = faults.FirstOrDefault(), ["roots"] = new JsonArray([.. roots.Select(static r => (JsonNode)r)]) });
    }

    // A frame of its own, and a task that is forgotten: what they hold must not count as held.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task RoundAsync(JsonObject request, FoundPlugin plugin, PluginHost host, List<WeakReference> contexts, List<string> faults)
    {
        var log = new ProbeLog();
        var set = host.LoadOnly(plugin, isCollectible: true, log);
        foreach (var context in AssemblyLoadContext.All.OfType<PluginLoadContext>().Where(c => !contexts.Any(known => ReferenceEquals(known.Target, c))))
            contexts.Add(new(context));
        var scope = new GenerationScope(log, TimeProvider.System, set);
        await using (scope.ConfigureAwait(false))
        {
            var sample = new Sample(request["request"]!.AsObject(), request["response"]!.AsObject());
            foreach (var component in new TestBench(plugin.Manifest!, set, request["config"]!.AsObject(), sample, scope, log).Components())
                await DriveAsync(component, faults).ConfigureAwait(false);
        }
    }

    private static async Task DriveAsync(BenchComponent component, List<string> faults)
    {
        var found = new ConfigDiagnostics();
        try
        {
            if (component.Build(found) is { } product && component.Call is { } call && !found.HasErrors)
                await call(product, false).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Only the words are kept: the exception itself would hold the code.
            faults.Add($"{component.Layer} \"{component.Name}\": {exception.GetType().FullName}: {exception.Message}");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect(List<WeakReference> contexts)
    {
        for (var i = 0; i < Collections && contexts.Any(static c => c.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static int ThreadCount()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
