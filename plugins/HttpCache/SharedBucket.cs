using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.HttpCache;

/// <summary>
/// The bucket that the backends of one configuration share: of several that reloads left, the one that was there first. Settled while the
/// configuration is built.
/// </summary>
internal sealed class SharedBucket
{
    private readonly List<CacheCore> _users = [];
    private BucketHold? _hold;

    /// <summary>The namespace that its limits come from: the first (MAN-130).</summary>
    public ConfigNode? Origin { get; private set; }

    /// <summary>Its limits.</summary>
    public BucketLimits Limits { get; private set; }

    /// <summary>Settles the limits, unless another place has.</summary>
    public void Settle(ConfigNode origin, BucketLimits limits)
    {
        if (Origin is not null)
            return;
        Origin = origin;
        Limits = limits;
    }

    /// <summary>A share for a place that has none yet.</summary>
    public BucketHold Share(Func<Bucket> create) => _hold?.Share() ?? new BucketHold(create());

    /// <summary>Takes the share of a place, which may be in a bucket of earlier.</summary>
    public void Join(BucketHold hold)
    {
        if (_hold is null || hold.Bucket.MadeAt < _hold.Bucket.MadeAt)
            _hold = hold;
        foreach (var user in _users)
            user.Bucket = _hold.Bucket;
    }

    /// <summary>The bucket as it stands.</summary>
    public Bucket Bucket => _hold!.Bucket;

    /// <summary>Keeps a cache with the bucket.</summary>
    public void Add(CacheCore user) => _users.Add(user);
}
