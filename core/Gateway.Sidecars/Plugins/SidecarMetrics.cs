using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Core.Diagnostics;

namespace Gateway.Sidecars.Plugins;

/// <summary>The instruments of sidecars.</summary>
internal static class SidecarMetrics
{
    private static readonly ConcurrentDictionary<Sidecar, byte> s_sidecars = new();

    private static readonly Counter<long> s_starts =
        Telemetry.Meter.CreateCounter<long>("gateway.sidecar.starts", "{start}", "Processes of plugins that were started");

    private static readonly Counter<long> s_lost =
        Telemetry.Meter.CreateCounter<long>("gateway.sidecar.lost_calls", "{call}", "Calls that the process of a plugin did not finish");

    private static readonly ObservableGauge<int> s_ready =
        Telemetry.Meter.CreateObservableGauge("gateway.sidecar.ready", Ready, "{sidecar}", "Whether the process of a plugin takes calls (1) or not (0)");

    /// <summary>Shows a sidecar.</summary>
    public static void Add(Sidecar sidecar) => s_sidecars.TryAdd(sidecar, 0);

    /// <summary>Shows it no more.</summary>
    public static void Remove(Sidecar sidecar) => s_sidecars.TryRemove(sidecar, out _);

    /// <summary>Counts a start.</summary>
    public static void Started(string plugin) => s_starts.Add(1, new KeyValuePair<string, object?>("plugin", plugin));

    /// <summary>Counts a call that was lost.</summary>
    /// <param name="plugin">Id of the plugin.</param>
    /// <param name="reason">Kind of the loss, in lower case.</param>
    public static void Lost(string plugin, string reason) =>
        s_lost.Add(1, new KeyValuePair<string, object?>("plugin", plugin), new KeyValuePair<string, object?>("reason", reason));

    private static IEnumerable<Measurement<int>> Ready() => s_sidecars.Keys.Select(static sidecar =>
    {
        var status = sidecar.Status;
        return new Measurement<int>(sidecar.Current is null ? 0 : 1, new("plugin", sidecar.Id), new("state", status.State));
    });
}
