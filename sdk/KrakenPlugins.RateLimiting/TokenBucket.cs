using System.Runtime.InteropServices;

namespace KrakenPlugins.RateLimiting;

/// <summary>A token bucket that all requests share. Full when new; safe for concurrent use, without locks (TRF-013).</summary>
/// <param name="rate">How it fills.</param>
public sealed class TokenBucket(TokenRate rate)
{
    private Word _word;

    /// <summary>How it fills.</summary>
    public TokenRate Rate { get; } = rate;

    /// <summary>Takes a token; returns false when there is none.</summary>
    /// <param name="now">Time of a <see cref="MonotonicClock"/>.</param>
    /// <param name="fullAt">When the bucket is full again.</param>
    public bool TryTake(long now, out long fullAt)
    {
        var seen = Volatile.Read(ref _word.FullAt);
        while (true)
        {
            fullAt = seen;
            if (!Rate.TryTake(ref fullAt, now))
                return false;
            var found = Interlocked.CompareExchange(ref _word.FullAt, fullAt, seen);
            if (found == seen)
                return true;
            seen = found;
        }
    }

    // Alone in its cache lines: the bucket of a busy endpoint does not slow down what stands beside it in memory.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Word
    {
        [FieldOffset(96)]
        public long FullAt;
    }
}
