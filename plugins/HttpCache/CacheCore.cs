using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Redis;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.HttpCache;

/// <summary>The cache of one backend: its bucket, its rules, what it tells.</summary>
internal sealed partial class CacheCore
{
    /// <summary>Bytes of a body that are read before anybody gets the answer, so that all who wait for it get it at once.</summary>
    public const int EagerBytes = 1 << 20;

    /// <summary>Bytes of the largest body that is kept.</summary>
    public const int MostBytes = 64 << 20;


    private static readonly TimeSpan s_warningPeriod = TimeSpan.FromMinutes(1);

    private long _warnedAt;

    /// <summary>Where answers are kept; settled when the configuration serves.</summary>
    public required Bucket Bucket { get; set; }

    public required MemoryCeiling Ceiling { get; init; }

    public required CacheKeys Keys { get; init; }

    public required CacheMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Whether what may be meant for one client is kept all the same.</summary>
    public required bool StoresPrivate { get; init; }

    /// <summary>Whether requests wait for one another's answers.</summary>
    public required bool Collapses { get; init; }

    /// <summary>How long they do at most.</summary>
    public required TimeSpan MostWait { get; init; }

    /// <summary>Name of the cache in <c>Cache-Status</c>, or <see langword="null"/> for no such header.</summary>
    public string? StatusName { get; init; }

    /// <summary>What all gateways share, or <see langword="null"/>.</summary>
    public SharedStore? Shared { get; init; }

    /// <summary>Whether an answer may be kept at all, by what its head says (MAN-123 to 125, 135, 136, 421).</summary>
    /// <param name="call">The call.</param>
    /// <param name="status">Status of its answer.</param>
    /// <param name="headers">Headers of its answer.</param>
    /// <param name="directives">Directives of the answer.</param>
    /// <param name="freshness">How long it is fresh.</param>
    public bool MayKeep(Calls.CacheCall call, int status, NameValueList headers, in CacheControl directives, Freshness freshness)
    {
        if (call.IsRedirected || call.Directives.NoStore || directives.NoStore || status is 206 or 304 or 412 or 416)
            return false;
        if (freshness.Lifetime <= 0 && directives.StaleIfError == CacheControl.Absent && !headers.Contains("ETag") && !headers.Contains("Last-Modified"))
            return false;
        if (headers.Contains("Content-Range") || VaryRule.Of(headers) is null)
            return false;
        if (StoresPrivate)
            return true;
        if (directives.Private || headers.Contains("Set-Cookie"))
            return false;
        return !call.HasCredentials || directives.Public || directives.MustRevalidate || directives.SharedMaxAge != CacheControl.Absent;
    }

    /// <summary>
    /// How long an answer is fresh. What a client who says who he is gets may be kept because of <c>s-maxage</c>, and then for no longer than
    /// that: a backend says <c>s-maxage=0</c> so that it is asked about each client (RFC 9111, 3.5 and 5.2.2.10).
    /// </summary>
    public Freshness FreshnessOf(Calls.CacheCall call, NameValueList headers, in CacheControl directives)
    {
        var freshness = Freshness.Of(headers, directives, call.AskedAt, call.AnsweredAt);
        return call.HasCredentials && !StoresPrivate && directives.SharedMaxAge != CacheControl.Absent
            ? freshness with { Lifetime = Math.Min(freshness.Lifetime, directives.SharedMaxAge * 1000) }
            : freshness;
    }

    /// <summary>Keeps an answer, here and where all gateways find it.</summary>
    /// <returns>Whether it was kept here.</returns>
    public bool Store(Calls.CacheCall call, Entry entry)
    {
        if (!Bucket.Store(call.Key, call.Headers, entry, call.Version))
            return false;
        MakeRoom();
        Shared?.Store(call, entry, Time.GetUtcNow());
        return true;
    }

    /// <summary>Drops what is kept under a key, here and where all gateways find it, and what is on its way there.</summary>
    public async ValueTask WithdrawAsync(string key, CancellationToken cancellationToken)
    {
        Bucket.Withdraw(key);
        if (Shared is null)
            return;
        try
        {
            await Shared.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The call is over; what Redis holds expires.
        }
        // Until now another request could have fetched it from there.
        Bucket.Withdraw(key);
    }

    /// <summary>Keeps the bytes of all caches below their ceiling.</summary>
    public void MakeRoom()
    {
        if (!Ceiling.MakeRoom())
            return;
        var now = Time.GetTimestamp();
        var before = Volatile.Read(ref _warnedAt);
        if ((before == 0 || Time.GetElapsedTime(before, now) >= s_warningPeriod) && Interlocked.CompareExchange(ref _warnedAt, now, before) == before)
            Log.Full(Logger, Ceiling.Ceiling >> 20);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: HTTP Cache] All caches together have reached {Megabytes} MiB, a quarter of the memory of the process; the least recently used answers go. Set max_items and max_size")]
        public static partial void Full(ILogger logger, long megabytes);
    }
}
