using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using KrakenPlugins.Cryptography;
using KrakenPlugins.Quota.Counting;

namespace KrakenPlugins.Quota.Rejections;

/// <summary>How a <see cref="RejecterCache"/> is made.</summary>
/// <param name="Expected">Entries that it is made for; with more it begins anew.</param>
/// <param name="Probability">That a stranger is refused, of one look for one window.</param>
/// <param name="CleanupInterval">After which it begins anew.</param>
/// <param name="QueueSize">Entries that wait at most.</param>
/// <param name="FlushInterval">How long they wait at most.</param>
/// <param name="FlushThreshold">How many of them do not wait any longer.</param>
internal sealed record RejecterOptions(long Expected, double Probability, TimeSpan CleanupInterval, int QueueSize, TimeSpan FlushInterval, int FlushThreshold);

/// <summary>
/// Remembers which windows of which clients are exhausted, so that Redis is not asked again until they end (TRF-156 to TRF-158). An entry names the
/// occurrence of its window, and is of no use in the next one. Safe for concurrent use; outlives reloads that leave its processor as it is.
/// </summary>
internal sealed class RejecterCache : IDisposable
{
    private const int StackBytes = 512;
    private const int HashBytes = 16;

    private readonly SipHash _secret = SipHash.WithRandomKey();
    private readonly Lock _gate = new();
    private readonly RejecterOptions _options;
    private readonly TimeProvider _time;
    private readonly UInt128[] _queue;
    private readonly ITimer _flush;
    private readonly ITimer _cleanup;
    private BloomFilter? _filter;
    private long _entries;
    private int _waiting;
    private long _shift;

    public RejecterCache(RejecterOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _queue = new UInt128[options.QueueSize];
        _flush = time.CreateTimer(static cache => ((RejecterCache)cache!).Flush(), this, options.FlushInterval, options.FlushInterval);
        _cleanup = time.CreateTimer(static cache => ((RejecterCache)cache!).Clear(), this, options.CleanupInterval, options.CleanupInterval);
    }

    /// <summary>The time of the Redis server, in seconds, as its last answer told it; the answer's way makes it a little late.</summary>
    public long Now => (LocalMicroseconds + Volatile.Read(ref _shift)) / 1_000_000;

    /// <summary>Entries in the filter.</summary>
    public long Count => Volatile.Read(ref _entries);

    private long LocalMicroseconds => (long)(_time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Notes the time of the Redis server.</summary>
    public void NoteTime(long second, long microsecond) => Volatile.Write(ref _shift, (second * 1_000_000) + microsecond - LocalMicroseconds);

    /// <summary>A client under a rule, as entries name it.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="key">The client's key in Redis.</param>
    public UInt128 Identify(string rule, string key)
    {
        var longest = Encoding.UTF8.GetMaxByteCount(rule.Length + key.Length) + 1;
        var rented = longest > StackBytes ? ArrayPool<byte>.Shared.Rent(longest) : null;
        var bytes = rented ?? stackalloc byte[StackBytes];
        var length = Encoding.UTF8.GetBytes(rule, bytes);
        bytes[length++] = 0;
        length += Encoding.UTF8.GetBytes(key, bytes[length..]);
        var identity = _secret.Hash128(bytes[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return identity;
    }

    /// <summary>Whether the window of a unit that began at this second is known to be exhausted for a client.</summary>
    public bool IsExhausted(UInt128 client, QuotaUnit unit, long start) => Volatile.Read(ref _filter)?.Contains(EntryOf(client, unit, start)) == true;

    /// <summary>Remembers that it is; dropped when too many wait.</summary>
    public void Add(UInt128 client, QuotaUnit unit, long start)
    {
        lock (_gate)
        {
            if (_waiting == _queue.Length)
                return;
            _queue[_waiting++] = EntryOf(client, unit, start);
            if (_waiting >= _options.FlushThreshold)
                FlushQueue();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flush.Dispose();
        _cleanup.Dispose();
    }

    private void Flush()
    {
        lock (_gate)
            FlushQueue();
    }

    private void FlushQueue()
    {
        if (_waiting == 0)
            return;
        // The memory is taken when the first client is refused: most gateways refuse none.
        var filter = _filter ?? new BloomFilter(_options.Expected, _options.Probability);
        foreach (var entry in _queue.AsSpan(0, _waiting))
        {
            // More than it is made for, and strangers would be found.
            if (_entries >= _options.Expected)
                Empty(filter);
            filter.Add(entry);
            Volatile.Write(ref _entries, _entries + 1);
        }
        _waiting = 0;
        Volatile.Write(ref _filter, filter);
    }

    private void Clear()
    {
        lock (_gate)
        {
            if (_filter is not null && _entries > 0)
                Empty(_filter);
        }
    }

    private void Empty(BloomFilter filter)
    {
        filter.Clear();
        Volatile.Write(ref _entries, 0);
    }

    private UInt128 EntryOf(UInt128 client, QuotaUnit unit, long start)
    {
        Span<byte> bytes = stackalloc byte[HashBytes + sizeof(long) + 1];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, client);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[HashBytes..], start);
        bytes[^1] = (byte)unit.Letter[0];
        return _secret.Hash128(bytes);
    }
}
