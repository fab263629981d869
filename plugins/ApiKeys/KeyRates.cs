using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace KrakenPlugins.ApiKeys;

/// <summary>
/// A token bucket per key (AUT-103). Of a bucket only the time at which it would be full again is kept, which one exchange moves forward. Outlives
/// reloads; known keys alone have one.
/// </summary>
internal sealed class KeyRates
{
    private readonly ConcurrentDictionary<UInt128, StrongBox<long>> _fullAt = new();

    /// <summary>Takes a token of a key; returns false when its bucket is empty.</summary>
    /// <param name="key">Digest of the key.</param>
    /// <param name="pace">How buckets fill.</param>
    /// <param name="now">Time stamp.</param>
    public bool TryTake(UInt128 key, in KeyPace pace, long now)
    {
        var bucket = _fullAt.GetOrAdd(key, static _ => new StrongBox<long>(long.MinValue));
        var fullAt = Volatile.Read(ref bucket.Value);
        while (true)
        {
            var from = Math.Max(fullAt, now);
            if (from - now > pace.Tolerance)
                return false;
            var seen = Interlocked.CompareExchange(ref bucket.Value, from + pace.Period, fullAt);
            if (seen == fullAt)
                return true;
            fullAt = seen;
        }
    }

    /// <summary>Forgets the keys that a ring does not know.</summary>
    public void Keep(KeyRing ring)
    {
        foreach (var (key, _) in _fullAt)
        {
            if (!ring.Knows(key))
                _fullAt.TryRemove(key, out _);
        }
    }
}

/// <summary>How fast the buckets of an endpoint fill, in time stamps.</summary>
/// <param name="Period">Between two tokens.</param>
/// <param name="Tolerance">What a full bucket is ahead of an empty one, less one token.</param>
internal readonly record struct KeyPace(long Period, long Tolerance)
{
    /// <summary>The pace of a rate.</summary>
    /// <param name="rate">Tokens per second, above 0; a bucket holds those of one second, one at least.</param>
    /// <param name="frequency">Time stamps per second.</param>
    public static KeyPace Of(double rate, long frequency)
    {
        var period = (long)Math.Clamp(frequency / rate, 1, long.MaxValue / 4);
        return new(period, (long)((Math.Max(1, rate) - 1) * period));
    }
}
