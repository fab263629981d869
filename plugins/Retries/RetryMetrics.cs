using System.Diagnostics.Metrics;

namespace KrakenPlugins.Retries;

/// <summary>Further attempts, as instruments for whoever listens to the meter <c>KrakenPlugins.Retries</c>.</summary>
internal sealed class RetryMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "KrakenPlugins.Retries";

    private Meter? _meter;
    private Counter<long>? _retries;
    private Counter<long>? _refused;

    /// <summary>Begins; a meter that nobody disposes would stay in memory with its configuration.</summary>
    public void Start()
    {
        _meter = new Meter(MeterName);
        _retries = _meter.CreateCounter<long>("gateway.backend.retries", "{attempt}", "Further attempts of calls, by the reason of the one before");
        _refused = _meter.CreateCounter<long>("gateway.backend.retries.refused", "{attempt}", "Further attempts that the budget did not allow");
    }

    /// <summary>Counts a further attempt.</summary>
    public void Count(string reason) => _retries?.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts one that the budget did not allow.</summary>
    public void CountRefused() => _refused?.Add(1);

    /// <summary>Ends them.</summary>
    public void Dispose() => _meter?.Dispose();
}
