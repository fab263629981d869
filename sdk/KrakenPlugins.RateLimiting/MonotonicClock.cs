namespace KrakenPlugins.RateLimiting;

/// <summary>Nanoseconds since the clock was made, by time stamps: changes of the system's time do not show (TRF-012).</summary>
/// <param name="time">Where time stamps come from.</param>
public sealed class MonotonicClock(TimeProvider time)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly long _origin = time.GetTimestamp();

    // 0 where a time stamp is no whole number of nanoseconds.
    private readonly long _factor = NanosecondsPerSecond % time.TimestampFrequency == 0 ? NanosecondsPerSecond / time.TimestampFrequency : 0;

    /// <summary>The time; at least 1.</summary>
    public long Now
    {
        get
        {
            var elapsed = time.GetTimestamp() - _origin;
            return 1 + (_factor > 0 ? elapsed * _factor : (long)((Int128)elapsed * NanosecondsPerSecond / time.TimestampFrequency));
        }
    }
}
