using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.HttpCache;

/// <summary>What operators can do with the caches of one configuration through the admin listener (MAN-417).</summary>
internal sealed class CacheAdministration
{
    private const int RemovedAtOnce = 256;

    private readonly Lock _gate = new();
    private volatile CacheCore[] _cores = [];

    public CacheAdministration() => Operations =
    [
        new("GET", "status", "Tells what each cache holds", (_, _) => new(new AdminAnswer(StatusCodes.Status200OK, Status()))),
        new("POST", "purge", "Drops answers: all=true, or those of url=URL without query string, or of all that begin with prefix=URL", PurgeAsync),
    ];

    /// <summary>The operations.</summary>
    public IReadOnlyList<AdminOperation> Operations { get; }

    /// <summary>The buckets in use, each once.</summary>
    public IEnumerable<Bucket> Buckets => _cores.Select(static c => c.Bucket).Distinct();

    /// <summary>Adds a cache.</summary>
    public void Add(CacheCore core)
    {
        lock (_gate)
            _cores = [.. _cores, core];
    }

    private DataObject Status()
    {
        var buckets = new DataArray();
        foreach (var bucket in Buckets)
        {
            buckets.Items.Add(new DataObject
            {
                ["items"] = DataNumber.Of(bucket.Count),
                ["bytes"] = DataNumber.Of(bucket.Bytes),
                ["memory"] = DataNumber.Of(bucket.Memory),
                ["evictions"] = DataNumber.Of(bucket.Evictions),
                ["max_items"] = DataNumber.Of(bucket.Limits.Items),
                ["max_size"] = DataNumber.Of(bucket.Limits.Bytes),
            });
        }
        return new DataObject
        {
            ["buckets"] = buckets,
            ["memory"] = DataNumber.Of(MemoryCeiling.Process.Used),
            ["memory_ceiling"] = DataNumber.Of(MemoryCeiling.Process.Ceiling),
        };
    }

    private async ValueTask<AdminAnswer> PurgeAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        var (all, url, prefix) = (request.Query.Get("all"), request.Query.Get("url"), request.Query.Get("prefix"));
        if (request.Query.Count != 1 || (all is not "true" && string.IsNullOrEmpty(url) && string.IsNullOrEmpty(prefix)))
            return AdminAnswer.Refused(StatusCodes.Status400BadRequest, "expected exactly one of all=true, url=URL and prefix=URL");
        Func<Entry, bool> isMeant = all is not null ? static _ => true
            : url is not null ? entry => string.Equals(entry.Url, url, StringComparison.Ordinal)
            : entry => entry.Url.StartsWith(prefix!, StringComparison.Ordinal);
        var purged = 0L;
        var failed = 0L;
        foreach (var bucket in Buckets)
        {
            var keys = bucket.Purge(isMeant);
            purged += keys.Count;
            var stores = _cores.Where(c => c.Bucket == bucket && c.Shared is not null).Select(static c => c.Shared!).DistinctBy(static s => s.Scope).ToArray();
            foreach (var store in stores)
                failed += await RemoveAsync(store, keys, cancellationToken).ConfigureAwait(false);
            // Until now requests could have fetched from there what had just been dropped here.
            if (stores.Length > 0)
                bucket.Purge(isMeant);
        }
        var answer = new DataObject { ["purged"] = DataNumber.Of(purged) };
        if (failed > 0)
            answer["not_removed_from_redis"] = DataNumber.Of(failed);
        return new AdminAnswer(StatusCodes.Status200OK, answer);
    }

    private static async ValueTask<long> RemoveAsync(Redis.SharedStore store, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var failed = 0L;
        // Many at once: one after the other, a large cache would take longer than an operation may.
        foreach (var some in keys.Distinct(StringComparer.Ordinal).Chunk(RemovedAtOnce))
        {
            var replies = await Task.WhenAll(some.Select(key => store.RemoveAsync(key, cancellationToken).AsTask())).ConfigureAwait(false);
            failed += replies.LongCount(static reply => reply.IsFailed);
        }
        return failed;
    }
}
