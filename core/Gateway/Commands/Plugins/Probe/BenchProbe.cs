using System.Diagnostics;
using System.Text.Json.Nodes;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Loads a plugin, builds each of its components, calls it with the sample, and records what that changed and cost.</summary>
internal static class BenchProbe
{
    /// <summary>Runs in the child; see <see cref="ProbeCommand"/>.</summary>
    public static async Task RunAsync(JsonObject request, FoundPlugin plugin, ProbeJournal journal)
    {
        var log = new ProbeLog();
        using var host = ProbeCommand.Host();
        using var lost = new LostCalls();
        journal.Step(ProbeCommand.StepOfStart(plugin));
        try
        {
            var started = Stopwatch.GetTimestamp();
            var set = host.LoadOnly(plugin, isCollectible: false, log);
            var ready = Stopwatch.GetElapsedTime(started);
            var scope = new GenerationScope(log, TimeProvider.System, set);
            await using (scope.ConfigureAwait(false))
            {
                var sample = new Sample(request["request"]!.AsObject(), request["response"]!.AsObject());
                var bench = new TestBench(plugin.Manifest!, set, request["config"]!.AsObject(), sample, scope, log);
                foreach (var component in bench.Components())
                    journal.Write(await TestAsync(component, journal, log).ConfigureAwait(false));
                journal.Step(plugin.Manifest!.IsProcess ? "ending its process" : "disposing it");
                started = Stopwatch.GetTimestamp();
            }
            if (plugin.Manifest!.IsProcess)
                journal.Write(await LifeAsync(ready, Stopwatch.GetElapsedTime(started), lost.Count, log).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is PluginLoadException or ConfigurationException)
        {
            journal.Write(new() { ["error"] = exception.Message, ["stack"] = exception.InnerException?.ToString(), ["log"] = log.Take() });
        }
    }

    private static async Task<JsonObject> LifeAsync(TimeSpan start, TimeSpan end, long lost, ProbeLog log) => new()
    {
        ["process"] = new JsonObject
        {
            ["start_ms"] = Math.Round(start.TotalMilliseconds),
            ["end_ms"] = Math.Round(end.TotalMilliseconds),
            ["lost"] = lost,
            ["left"] = new JsonArray([.. (await LeftProcesses.EndAsync().ConfigureAwait(false)).Select(static l => (JsonNode)l)]),
        },
        ["log"] = log.Take(),
    };

    private static async Task<JsonObject> TestAsync(BenchComponent component, ProbeJournal journal, ProbeLog log)
    {
        var record = new JsonObject { ["layer"] = component.Layer, ["name"] = component.Name };
        var found = new ConfigDiagnostics();
        try
        {
            journal.Step($"the factory of {component.Layer} \"{component.Name}\"");
            var product = component.Build(found);
            record["state"] = product is null ? "none" : component.Call is null ? "built" : "driven";
            if (product is not null && component.Call is { } call && !found.HasErrors)
                await DriveAsync(record, component, product, call, journal, log).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            record["state"] = "failed";
            record["stack"] = exception.ToString();
        }
        record["findings"] = new JsonArray([.. found.All.Select(static f => (JsonNode)f.ToString())]);
        if (found.HasErrors)
            record["state"] = "refused";
        record["log"] = log.Take();
        return record;
    }

    private static async Task DriveAsync(JsonObject record, BenchComponent component, object product, Func<object?, bool, Task<Change>> call, ProbeJournal journal, ProbeLog log)
    {
        journal.Step($"a call of {component.Layer} \"{component.Name}\"");
        var change = await call(product, true).ConfigureAwait(false);
        record["request_before"] = change.RequestBefore;
        record["request_after"] = change.RequestAfter;
        record["response_before"] = change.ResponseBefore;
        record["response_after"] = change.ResponseAfter;
        record["next_calls"] = change.NextCalls;
        journal.Step($"many calls of {component.Layer} \"{component.Name}\"");
        log.IsMuted = true;
        var cost = await CallCost.MeasureAsync(() => call(product, false), () => call(null, false)).ConfigureAwait(false);
        log.IsMuted = false;
        record["nanoseconds"] = Math.Round(cost.Nanoseconds);
        record["bytes"] = cost.Bytes;
    }
}
