using System.Diagnostics.Metrics;
using System.Globalization;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.CircuitBreaker;

/// <summary>The breakers of one namespace in one configuration, for <c>/__health</c> and <c>/status</c> (TRF-364): numbers alone, no names and addresses.</summary>
internal sealed class BreakerHealth : IHealthContributor
{
    private readonly Lock _gate = new();
    private readonly List<(Breaker Breaker, BreakerTags Tags)> _breakers = [];

    /// <inheritdoc/>
    public string Status
    {
        get
        {
            int open = 0, halfOpen = 0, all;
            lock (_gate)
            {
                foreach (var (breaker, _) in _breakers)
                {
                    open += breaker.State == BreakerState.Open ? 1 : 0;
                    halfOpen += breaker.State == BreakerState.HalfOpen ? 1 : 0;
                }
                all = _breakers.Count;
            }
            return open + halfOpen == 0 ? "ok" : string.Create(CultureInfo.InvariantCulture, $"{open} open, {halfOpen} half-open of {all}");
        }
    }

    /// <summary>Adds a breaker.</summary>
    public void Add(Breaker breaker, BreakerTags tags)
    {
        lock (_gate)
            _breakers.Add((breaker, tags));
    }

    /// <summary>The state of each breaker as a number: 0 closed, 1 half-open, 2 open (TRF-371).</summary>
    public IReadOnlyList<Measurement<int>> Measure()
    {
        lock (_gate)
        {
            return [.. _breakers.Select(static b => new Measurement<int>(b.Breaker.State switch
            {
                BreakerState.Closed => 0,
                BreakerState.HalfOpen => 1,
                _ => 2,
            }, b.Tags.Backend, b.Tags.Name))];
        }
    }
}
