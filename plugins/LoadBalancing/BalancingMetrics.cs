using System.Diagnostics.Metrics;
using KrakenPlugins.LoadBalancing.Hosts;

namespace KrakenPlugins.LoadBalancing;

/// <summary>What becomes of hosts, as instruments for whoever listens to the meter <c>KrakenPlugins.LoadBalancing</c>.</summary>
internal sealed class BalancingMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "KrakenPlugins.LoadBalancing";

    private Meter? _meter;
    private Counter<long>? _changes;
    private Counter<long>? _checks;

    /// <summary>Begins; a meter that nobody disposes would keep the plugin's code in memory.</summary>
    public void Start(BalancingHealth health)
    {
        _meter = new Meter(MeterName);
        _changes = _meter.CreateCounter<long>("gateway.backend.host.changes", "{change}", "Hosts that were left out or came back, by kind");
        _checks = _meter.CreateCounter<long>("gateway.backend.host.checks", "{check}", "Health checks, by result");
        _meter.CreateObservableGauge("gateway.backend.hosts.out", () => health.Out, "{host}", "Hosts that are left out now");
    }

    /// <summary>Counts a change.</summary>
    public void Count(in HostChange change) => _changes?.Add(1, new("change", NameOf(change.Kind)), new KeyValuePair<string, object?>("host", change.Host));

    /// <summary>Counts a check.</summary>
    public void CountCheck(string host, bool isGood) => _checks?.Add(1, new("result", isGood ? "good" : "bad"), new KeyValuePair<string, object?>("host", host));

    /// <summary>Ends them.</summary>
    public void Dispose() => _meter?.Dispose();

    private static string NameOf(HostChangeKind kind) => kind switch
    {
        HostChangeKind.Ejected => "ejected",
        HostChangeKind.Returned => "returned",
        HostChangeKind.Unhealthy => "unhealthy",
        HostChangeKind.Healthy => "healthy",
        HostChangeKind.Panic => "panic",
        _ => "calm",
    };
}
