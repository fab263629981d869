using System.Numerics;

namespace KrakenPlugins.RateLimiting.Clients;

/// <summary>The bounds of a <see cref="ClientTable"/>.</summary>
public sealed record ClientTableOptions
{
    /// <summary>Groups that clients are spread over, each under a lock of its own; rounded down to a power of two, at most 64 (TRF-036).</summary>
    public int Shards { get; init; } = 64;

    /// <summary>Clients with a bucket of their own, about; further ones share buckets until there is room.</summary>
    public int MaxClients { get; init; } = 1_000_000;

    /// <summary>Time between two looks for clients that need no place any more; at least a second (TRF-035).</summary>
    public TimeSpan CleanupPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where places come from.</summary>
    public ClientBudget Budget { get; init; } = ClientBudget.Process;
}

/// <summary>
/// A token bucket per client. A client is remembered until its bucket is full, when it cannot be told from one that never came; its name is not kept,
/// only 128 bits of a keyed hash. Safe for concurrent use; memory is bounded however many clients there are. Dispose it.
/// </summary>
public sealed class ClientTable : IDisposable
{
    private const int MostShards = 64;

    private readonly ClientShard?[] _shards;
    private readonly int _mostPerShard;
    private readonly ClientBudget _budget;
    private readonly MonotonicClock _clock;
    private readonly ITimer _timer;
    private volatile bool _isDisposed;

    /// <summary>A table without clients.</summary>
    /// <param name="rate">How buckets fill.</param>
    /// <param name="options">Its bounds.</param>
    /// <param name="clock">The clock that times are told by.</param>
    /// <param name="time">Runs the cleanup.</param>
    public ClientTable(TokenRate rate, ClientTableOptions options, MonotonicClock clock, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        Rate = rate;
        _clock = clock;
        _budget = options.Budget;
        var shards = 1 << BitOperations.Log2((uint)Math.Clamp(options.Shards, 1, MostShards));
        _shards = new ClientShard?[shards];
        _mostPerShard = Math.Max(1, options.MaxClients / shards);
        var period = options.CleanupPeriod < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : options.CleanupPeriod;
        _timer = time.CreateTimer(static table => ((ClientTable)table!).Sweep(), this, period, period);
    }

    /// <summary>How buckets fill.</summary>
    public TokenRate Rate { get; }

    /// <summary>Clients with a bucket of their own.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var shard in _shards)
                count += shard?.Count ?? 0;
            return count;
        }
    }

    /// <summary>Takes a token of a client; returns false when it has none.</summary>
    /// <param name="client">Keyed hash of its name.</param>
    /// <param name="now">Time of the clock.</param>
    /// <param name="fullAt">When its bucket is full again.</param>
    public bool TryTake(UInt128 client, long now, out long fullAt)
    {
        var (high, low) = ((ulong)(client >> 64), (ulong)client);
        // The upper bits choose the shard, the lower ones of the other half the place in it.
        var index = (int)(high >> 58) & (_shards.Length - 1);
        return (Volatile.Read(ref _shards[index]) ?? CreateShard(index)).TryTake(high, low, now, out fullAt);
    }

    /// <summary>Forgets the clients whose buckets are full.</summary>
    public void Sweep()
    {
        var now = _clock.Now;
        foreach (var shard in _shards)
            shard?.Sweep(now);
    }

    /// <summary>Gives all memory back. Requests that are still on their way are answered as with a table without room.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
        foreach (var shard in _shards)
            shard?.Close();
    }

    private ClientShard CreateShard(int index)
    {
        var shard = new ClientShard(Rate, _mostPerShard, _budget);
        shard = Interlocked.CompareExchange(ref _shards[index], shard, null) ?? shard;
        if (_isDisposed)
            shard.Close();
        return shard;
    }
}
