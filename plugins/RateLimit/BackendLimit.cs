using KrakenPlugins.RateLimiting;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit;

/// <summary>The buckets of one place and the clock that they live by. Outlives reloads that leave their configuration as it is (TRF-300).</summary>
internal sealed class BackendBucket(TokenRate rate, TimeProvider time)
{
    public MonotonicClock Clock { get; } = new(time);

    public TokenBucket Bucket { get; } = new(rate);
}

/// <summary>Fails the calls of a backend that are too many (TRF-039 to TRF-046).</summary>
/// <param name="bucket">The tokens.</param>
/// <param name="refusal">The failure.</param>
/// <param name="watch">Notes what would be refused, for a limit that only watches; else <see langword="null"/>.</param>
internal sealed class BackendLimit(BackendBucket bucket, GatewayError refusal, DryRunLog? watch) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var now = bucket.Clock.Now;
        if (bucket.Bucket.TryTake(now, out _))
            return next(request, cancellationToken);
        if (watch is null)
            return new(refusal);
        watch.Note(now);
        return next(request, cancellationToken);
    }
}

/// <summary>Says once a second at most how many calls a limit would have refused (TRF-303).</summary>
/// <param name="logger">The log.</param>
/// <param name="prefix">What its lines begin with.</param>
internal sealed partial class DryRunLog(ILogger logger, string prefix)
{
    private const long Second = 1_000_000_000;

    private long _next;
    private long _count;

    /// <summary>Notes one.</summary>
    /// <param name="now">The time.</param>
    public void Note(long now)
    {
        Interlocked.Increment(ref _count);
        var next = Volatile.Read(ref _next);
        if (now >= next && Interlocked.CompareExchange(ref _next, now + Second, next) == next)
            Log.WouldRefuse(logger, prefix, Interlocked.Exchange(ref _count, 0));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Ratelimit] Dry run: {Count} would have been refused, rate limit exceded")]
        public static partial void WouldRefuse(ILogger logger, string prefix, long count);
    }
}
