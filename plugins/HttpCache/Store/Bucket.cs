using System.Collections.Concurrent;
using KrakenPlugins.HttpCache.Calls;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Store;

/// <summary>
/// The answers of one backend, or of all that share: by key, and within a key by the values of the headers that <c>Vary</c> names. Look-ups take
/// no lock; a hit writes one time stamp, and who stores drops exactly the least recently used ones (the queue keeps the stamps of the last
/// time it looked, and puts back what was used since). Safe for concurrent use; outlives reloads.
/// </summary>
internal sealed class Bucket
{
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Resource> _resources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Resource>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly PriorityQueue<Slot, long> _order = new();
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly MemoryCeiling _ceiling;
    private readonly Withdrawals _withdrawals = new();
    private long _lastStamp;
    private DateTimeOffset _sweptAt;
    private long _bytes;
    private long _memory;
    private long _count;
    private long _evictions;
    private int _dead;
    private bool _isOver;

    /// <param name="limits">What it may hold.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ceiling">What all may hold.</param>
    public Bucket(BucketLimits limits, TimeProvider time, MemoryCeiling ceiling)
    {
        Limits = limits;
        _time = time;
        _ceiling = ceiling;
        _byText = _resources.GetAlternateLookup<ReadOnlySpan<char>>();
        _sweptAt = time.GetUtcNow();
        MadeAt = time.GetTimestamp();
        Flights = new Flights(time);
        ceiling.Join(this);
    }

    public BucketLimits Limits { get; }

    /// <summary>Time stamp of its making.</summary>
    public long MadeAt { get; }

    /// <summary>The calls for what it does not hold.</summary>
    public Flights Flights { get; }

    /// <summary>Answers that it holds.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Bytes of those answers.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Bytes that they take in memory.</summary>
    public long Memory => Volatile.Read(ref _memory);

    /// <summary>Answers that had to go for others so far.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>The answer that a request selects, or <see langword="null"/>; it counts as used.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="headers">Headers of the request.</param>
    public Entry? Find(ReadOnlySpan<char> key, NameValueList headers)
    {
        if (!_byText.TryGetValue(key, out var resource) || resource.Find(headers) is not { } slot)
            return null;
        slot.UsedAt = _time.GetTimestamp();
        return slot.Entry;
    }

    /// <summary>The rule by which the answers of a key differ; empty for none.</summary>
    public string[] RuleOf(string key) => _resources.TryGetValue(key, out var resource) ? resource.Rule : [];

    /// <summary>Keeps an answer in place of the one that the request selected so far, if it may and fits.</summary>
    /// <param name="key">Key of the request.</param>
    /// <param name="headers">Headers of the request.</param>
    /// <param name="entry">The answer.</param>
    /// <param name="version">The <see cref="VersionOf"/> its key when it was asked for; <see langword="null"/> for an answer of now.</param>
    /// <returns>Whether it was kept.</returns>
    public bool Store(string key, NameValueList headers, Entry entry, long? version = null)
    {
        if (!Fits(entry.Bytes) || VaryRule.Of(entry.Headers) is not { } rule)
            return false;
        lock (_gate)
        {
            if (_isOver || (version is { } known && known != VersionOf(key)))
                return false;
            Sweep();
            var resource = _resources.GetOrAdd(key, static key => new Resource(key));
            if (resource.Adapt(rule, out var outdated))
            {
                foreach (var slot in outdated)
                    Drop(slot, keepsResource: true);
            }
            Put(resource.Slot(headers, entry, out var isNew, out var before), isNew, before, entry);
            while (Limits.IsCapped && (_count > Limits.Items || _bytes > Limits.Bytes) && EvictLeastRecent())
                _evictions++;
        }
        return true;
    }

    /// <summary>Whether an answer of this size may be kept (MAN-129).</summary>
    public bool Fits(long bytes) => (!Limits.IsCapped || bytes < Limits.Bytes) && bytes <= _ceiling.Ceiling / 8;

    /// <summary>A number that differs once something was dropped on purpose that concerns a key.</summary>
    public long VersionOf(string key) => _withdrawals.Of(key);

    /// <summary>Drops what is kept under a key, whatever it varies by, and what is on its way there.</summary>
    public void Withdraw(string key)
    {
        lock (_gate)
            _withdrawals.Note(key);
        Remove(key);
    }

    /// <summary>Drops what is kept under a key, whatever it varies by.</summary>
    public void Remove(string key)
    {
        lock (_gate)
        {
            if (!_resources.TryGetValue(key, out var resource))
                return;
            foreach (var slot in resource.Slots)
                Drop(slot);
        }
    }

    /// <summary>
    /// Drops every answer of which a test says so; returns their keys, one for each answer. Nothing that was asked for before is kept, as nobody
    /// can tell yet what it is.
    /// </summary>
    public IReadOnlyList<string> Purge(Func<Entry, bool> isMeant)
    {
        var keys = new List<string>();
        lock (_gate)
        {
            _withdrawals.NoteAll();
            foreach (var (slot, _) in _order.UnorderedItems)
            {
                if (slot.IsDead || !isMeant(slot.Entry))
                    continue;
                Drop(slot);
                keys.Add(slot.Resource.Key);
            }
            Compact();
        }
        return keys;
    }

    /// <summary>Drops the least recently used answer; <see langword="false"/> when there is none.</summary>
    public bool EvictOne()
    {
        lock (_gate)
        {
            if (!EvictLeastRecent())
                return false;
            _evictions++;
            return true;
        }
    }

    /// <summary>Drops everything for good.</summary>
    public void End()
    {
        lock (_gate)
            _isOver = true;
        Purge(static _ => true);
        _ceiling.Leave(this);
    }

    private void Put(Slot slot, bool isNew, Entry? before, Entry entry)
    {
        var memory = entry.Memory + (isNew ? slot.KeyMemory : 0) - (before?.Memory ?? 0);
        _bytes += entry.Bytes - (before?.Bytes ?? 0);
        _memory += memory;
        _ceiling.Add(memory);
        // Stamps of equal ticks would leave the order open.
        _lastStamp = Math.Max(_lastStamp + 1, _time.GetTimestamp());
        slot.UsedAt = _lastStamp;
        if (!isNew)
            return;
        _count++;
        _order.Enqueue(slot, _lastStamp);
    }

    private bool EvictLeastRecent()
    {
        while (_order.TryDequeue(out var slot, out var stamp))
        {
            if (slot.IsDead)
            {
                _dead--;
                continue;
            }
            var used = slot.UsedAt;
            if (used > stamp)
            {
                _order.Enqueue(slot, used);
                continue;
            }
            Drop(slot);
            // It has left the queue already.
            _dead--;
            return true;
        }
        return false;
    }

    private void Drop(Slot slot, bool keepsResource = false)
    {
        if (slot.IsDead)
            return;
        slot.IsDead = true;
        _dead++;
        _count--;
        _bytes -= slot.Entry.Bytes;
        var memory = slot.Entry.Memory + slot.KeyMemory;
        _memory -= memory;
        _ceiling.Add(-memory);
        if (slot.Resource.Remove(slot) && !keepsResource)
            _resources.TryRemove(slot.Resource.Key, out _);
    }

    // Answers that nobody will ask for any more go from time to time, also where no limit makes them.
    private void Sweep()
    {
        var now = _time.GetUtcNow();
        if (now - _sweptAt >= s_sweepPeriod)
        {
            _sweptAt = now;
            foreach (var (slot, _) in _order.UnorderedItems)
            {
                if (!slot.IsDead && slot.Entry.UsefulFor(now) <= TimeSpan.Zero)
                    Drop(slot);
            }
        }
        Compact();
    }

    // What was dropped otherwise than by its turn still stands in the queue.
    private void Compact()
    {
        if (_dead <= 64 + _count)
            return;
        var living = _order.UnorderedItems.Where(static item => !item.Element.IsDead).ToArray();
        _order.Clear();
        _order.EnqueueRange(living);
        _dead = 0;
    }
}
