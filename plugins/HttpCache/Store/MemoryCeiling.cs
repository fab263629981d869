namespace KrakenPlugins.HttpCache.Store;

/// <summary>
/// The bytes that all caches of the process hold together, and their ceiling: a quarter of the memory that the process may use, whatever the
/// single buckets allow (MAN-410).
/// </summary>
internal sealed class MemoryCeiling(long ceiling)
{
    private const long Least = 16L << 20;

    private readonly Lock _gate = new();
    private volatile Bucket[] _buckets = [];
    private long _used;

    /// <summary>That of the process.</summary>
    public static MemoryCeiling Process { get; } = new(Math.Max(Least, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));

    /// <summary>The ceiling in bytes.</summary>
    public long Ceiling => ceiling;

    /// <summary>Bytes in use.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Adds a bucket to those that may have to give.</summary>
    public void Join(Bucket bucket)
    {
        lock (_gate)
            _buckets = [.. _buckets, bucket];
    }

    /// <summary>Takes a bucket out.</summary>
    public void Leave(Bucket bucket)
    {
        lock (_gate)
            _buckets = [.. _buckets.Where(b => b != bucket)];
    }

    /// <summary>Counts bytes that are in use now, or no more.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Takes bytes for an answer on its way, if there is room.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= ceiling)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Lets the largest bucket drop what it used least recently until all fit; returns whether that was necessary.</summary>
    public bool MakeRoom()
    {
        if (Used <= ceiling)
            return false;
        while (Used > ceiling)
        {
            Bucket? largest = null;
            foreach (var bucket in _buckets)
            {
                if (largest is null || bucket.Memory > largest.Memory)
                    largest = bucket;
            }
            if (largest is null || !largest.EvictOne())
                break;
        }
        return true;
    }
}
