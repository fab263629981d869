namespace KrakenPlugins.RateLimiting;

/// <summary>
/// How a token bucket fills. Of a bucket only the time is kept at which it would be full again (the generic cell rate algorithm): one word holds
/// its tokens with every fraction, and one exchange of it takes a token. Source: reference page "Token bucket"; TRF-001 to TRF-011.
/// </summary>
public readonly record struct TokenRate
{
    private const double NanosecondsPerSecond = 1e9;

    // Sums of three such times still fit.
    private const long Longest = long.MaxValue / 4;

    // 1e-9 tokens per second.
    private const double LongestInterval = 1e18;

    private TokenRate(long interval, long capacity)
    {
        Interval = interval;
        Capacity = capacity;
        Tolerance = interval * (capacity - 1);
    }

    /// <summary>Nanoseconds from one token to the next, at least 1.</summary>
    public long Interval { get; }

    /// <summary>Tokens that a full bucket holds, at least 1.</summary>
    public long Capacity { get; }

    /// <summary>Nanoseconds that a bucket with one token is away from being full.</summary>
    public long Tolerance { get; }

    /// <summary>Nanoseconds in which an empty bucket becomes full.</summary>
    public long Window => Tolerance + Interval;

    /// <summary>The rate of a configuration.</summary>
    /// <param name="maxRate">Tokens per <paramref name="every"/>, above 0. The interval is cut to whole nanoseconds.</param>
    /// <param name="every">The window, above zero.</param>
    /// <param name="capacity">Tokens of a full bucket; 0 for those of one second, cut to whole ones and at least 1 (TRF-007).</param>
    /// <param name="rate">The rate.</param>
    /// <returns>Whether a bucket of that size fills within 73 years, the most that is counted.</returns>
    public static bool TryCreate(double maxRate, TimeSpan every, long capacity, out TokenRate rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRate);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        var interval = (long)Math.Clamp(every.Ticks * 100.0 / maxRate, 1, LongestInterval);
        if (capacity == 0)
            capacity = (long)Math.Clamp(maxRate / every.TotalSeconds, 1, NanosecondsPerSecond);
        rate = default;
        if (capacity > Longest / interval)
            return false;
        rate = new TokenRate(interval, capacity);
        return true;
    }

    /// <summary>Takes a token of a bucket that no one else uses meanwhile; returns false when it has none.</summary>
    /// <param name="fullAt">The bucket: when it is full again, in nanoseconds; 0 is a full one.</param>
    /// <param name="now">The time, in nanoseconds.</param>
    public bool TryTake(ref long fullAt, long now)
    {
        var from = Math.Max(fullAt, now);
        if (from - now > Tolerance)
            return false;
        fullAt = from + Interval;
        return true;
    }

    /// <summary>Whole tokens in a bucket, at least 0.</summary>
    /// <param name="fullAt">The bucket; one that others use too may have been asked at a later time, and be further from full than its window.</param>
    /// <param name="now">The time, in nanoseconds.</param>
    public long Remaining(long fullAt, long now) => (Window - Math.Clamp(fullAt - now, 0, Window)) / Interval;

    /// <summary>Nanoseconds until a bucket has a token; 0 when it has one.</summary>
    /// <param name="fullAt">The bucket.</param>
    /// <param name="now">The time, in nanoseconds.</param>
    public long WaitOf(long fullAt, long now) => Math.Max(0, fullAt - now - Tolerance);
}
