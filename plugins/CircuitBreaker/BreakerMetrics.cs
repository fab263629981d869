using System.Diagnostics.Metrics;

namespace KrakenPlugins.CircuitBreaker;

/// <summary>What becomes of breakers, as instruments for whoever listens to the meter <c>KrakenPlugins.CircuitBreaker</c>.</summary>
internal sealed class BreakerMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "KrakenPlugins.CircuitBreaker";

    private Meter? _meter;
    private Counter<long>? _changes;
    private Counter<long>? _refused;

    /// <summary>Begins; a meter that nobody disposes would stay in memory with its configuration.</summary>
    /// <param name="breakers">The breakers of each namespace.</param>
    public void Start(params BreakerHealth[] breakers)
    {
        _meter = new Meter(MeterName);
        _changes = _meter.CreateCounter<long>("gateway.backend.breaker.changes", "{change}", "Changes of state, by the new one");
        _refused = _meter.CreateCounter<long>("gateway.backend.breaker.refused", "{call}", "Calls that a breaker did not let through");
        _meter.CreateObservableGauge("gateway.backend.breaker.state", () => breakers.SelectMany(static b => b.Measure()), "{state}", "0 closed, 1 half-open, 2 open");
    }

    /// <summary>Counts a change.</summary>
    public void CountChange(BreakerTags tags, string state) => _changes?.Add(1, tags.Backend, tags.Name, new KeyValuePair<string, object?>("state", state));

    /// <summary>Counts a call that was not let through.</summary>
    public void CountRefused(BreakerTags tags) => _refused?.Add(1, tags.Backend, tags.Name);

    /// <summary>Ends them.</summary>
    public void Dispose() => _meter?.Dispose();
}

/// <summary>What tells the measurements of one breaker from those of others.</summary>
/// <param name="urlPattern">The backend's <c>url_pattern</c>.</param>
/// <param name="name">The breaker's <c>name</c>.</param>
internal sealed class BreakerTags(string urlPattern, string name)
{
    /// <summary>The backend.</summary>
    public KeyValuePair<string, object?> Backend { get; } = new("backend", urlPattern);

    /// <summary>The breaker.</summary>
    public KeyValuePair<string, object?> Name { get; } = new("name", name);
}
