using System.Diagnostics.Metrics;
using KrakenPlugins.HttpCache.Store;

namespace KrakenPlugins.HttpCache;

/// <summary>What the caches of one configuration count, for whoever listens to <see cref="MeterName"/>.</summary>
internal sealed class CacheMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "KrakenPlugins.HttpCache";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private volatile Func<IEnumerable<Bucket>> _buckets = static () => [];

    public CacheMetrics()
    {
        _requests = _meter.CreateCounter<long>("gateway.http_cache.requests", "{request}", "Requests by what the cache did for them");
        _meter.CreateObservableCounter("gateway.http_cache.evictions", () => Sum(static b => b.Evictions), "{answer}", "Answers that had to go for others");
        _meter.CreateObservableUpDownCounter("gateway.http_cache.entries", () => Sum(static b => b.Count), "{answer}", "Answers that are kept");
        _meter.CreateObservableUpDownCounter("gateway.http_cache.bytes", () => Sum(static b => b.Bytes), "By", "Bytes of the answers that are kept");
    }

    /// <summary>Says where the buckets of the configuration are found.</summary>
    public void Use(Func<IEnumerable<Bucket>> buckets) => _buckets = buckets;

    /// <summary>Counts a request.</summary>
    public void Count(Outcome outcome)
    {
        if (_requests.Enabled)
            _requests.Add(1, new KeyValuePair<string, object?>("outcome", NameOf(outcome)));
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static string NameOf(Outcome outcome) => outcome switch
    {
        Outcome.Hit => "hit",
        Outcome.Stale => "stale",
        Outcome.Revalidated => "revalidated",
        Outcome.Collapsed => "collapsed",
        Outcome.Miss => "miss",
        _ => "bypass",
    };

    private long Sum(Func<Bucket, long> value)
    {
        var sum = 0L;
        foreach (var bucket in _buckets())
            sum += value(bucket);
        return sum;
    }
}

/// <summary>What the cache did for a request.</summary>
internal enum Outcome
{
    /// <summary>Nothing: it is none for a cache.</summary>
    Bypass,

    /// <summary>Asked the backend.</summary>
    Miss,

    /// <summary>Answered.</summary>
    Hit,

    /// <summary>Answered with what another request had just fetched.</summary>
    Collapsed,

    /// <summary>Answered after the backend said that it still holds.</summary>
    Revalidated,

    /// <summary>Answered with something stale in place of a failure.</summary>
    Stale,
}
