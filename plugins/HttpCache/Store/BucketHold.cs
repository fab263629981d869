using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.HttpCache.Store;

/// <summary>One place's share in a bucket, as state that outlives reloads: the bucket ends with the last share.</summary>
internal sealed class BucketHold : IDisposable
{
    private readonly Users _users;
    private int _isDisposed;

    private BucketHold(Bucket bucket, Users users)
    {
        Bucket = bucket;
        _users = users;
        Interlocked.Increment(ref users.Count);
    }

    /// <summary>A first share in a new bucket.</summary>
    public BucketHold(Bucket bucket)
        : this(bucket, new Users())
    {
    }

    /// <summary>The bucket.</summary>
    public Bucket Bucket { get; }

    /// <summary>A further share.</summary>
    public BucketHold Share() => new(Bucket, _users);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0 && Interlocked.Decrement(ref _users.Count) == 0)
            Bucket.End();
    }

    private sealed class Users
    {
        public int Count;
    }
}
