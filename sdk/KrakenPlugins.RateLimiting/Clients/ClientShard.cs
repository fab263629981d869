using System.Runtime.CompilerServices;

namespace KrakenPlugins.RateLimiting.Clients;

/// <summary>
/// A part of a <see cref="ClientTable"/>: open addressing. Known clients take their tokens without a lock, everything else is done under one. A bucket that is full is the same as none, so its place is free for
/// another client. When all places hold buckets that are not, clients without one share the buckets of a small array until there is room; a client
/// that gets a bucket of its own then starts with what the shared one holds. Nobody gets a token that a bucket of his own would not have had.
/// </summary>
/// <param name="rate">How buckets fill.</param>
/// <param name="most">Clients with a bucket of their own.</param>
/// <param name="budget">Where places come from.</param>
internal sealed class ClientShard(TokenRate rate, int most, ClientBudget budget)
{
    private const int Smallest = 16;
    private const int SharedBuckets = 64;

    // Under a flood each look for room costs microseconds.
    private const long LookAgain = 100_000_000;

    private readonly Lock _gate = new();
    private volatile Place[] _places = [];
    private long[]? _shared;
    private int _count;
    private long _noRoomUntil;
    private bool _isClosed;

    /// <summary>Clients with a bucket of their own.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Takes a token of a client.</summary>
    public bool TryTake(ulong high, ulong low, long now, out long fullAt)
    {
        var outcome = TakeOfKnown(_places, high, low, now, out fullAt);
        if (outcome != Outcome.Unknown)
            return outcome == Outcome.Taken;
        lock (_gate)
        {
            // It may have come, or moved, meanwhile.
            outcome = TakeOfKnown(_places, high, low, now, out fullAt);
            return outcome == Outcome.Unknown ? TryTakeNew(high, low, now, out fullAt) : outcome == Outcome.Taken;
        }
    }

    /// <summary>Forgets the buckets that are full, and gives memory back.</summary>
    public void Sweep(long now)
    {
        lock (_gate)
        {
            var live = CountLive(now);
            var size = SizeFor(live);
            if (live < _count && size <= _places.Length)
                Rebuild(live == 0 ? 0 : size, now);
            if (_shared is not null && Array.TrueForAll(_shared, fullAt => fullAt <= now))
                _shared = null;
        }
    }

    /// <summary>Gives all memory back and takes none any more: clients that still come share buckets.</summary>
    public void Close()
    {
        lock (_gate)
        {
            budget.Release(_places.Length);
            (_places, _shared, _count, _isClosed) = ([], null, 0, true);
        }
    }

    private bool TryTakeNew(ulong high, ulong low, long now, out long fullAt)
    {
        var sharedIndex = (int)(high % SharedBuckets);
        fullAt = _shared is null ? 0 : _shared[sharedIndex];
        if (!rate.TryTake(ref fullAt, now))
            return false;
        if (!HasRoom(now))
        {
            _shared ??= new long[SharedBuckets];
            _shared[sharedIndex] = fullAt;
            return true;
        }
        Insert(_places, high, low, fullAt);
        _count++;
        return true;
    }

    private bool HasRoom(long now)
    {
        if (_count < most && _count < _places.Length / 4 * 3)
            return true;
        if (_isClosed || now < _noRoomUntil)
            return false;
        var live = CountLive(now);
        var size = SizeFor(Math.Min(live + 1, most));
        // Room for half as many again, so that the work is paid for before it has to be done once more.
        if (live < most && live * 3L / 2 > size / 4 * 3 && SizeFor(most) > size)
            size *= 2;
        if (size <= _places.Length || budget.TryReserve(size - _places.Length))
            RebuildReserved(Math.Max(size, _places.Length), now);
        else if (live < _count)
            RebuildReserved(_places.Length, now);
        if (_count >= most * 7L / 8 || _count >= _places.Length / 4 * 3)
            _noRoomUntil = now + LookAgain;
        return _count < most && _count < _places.Length / 4 * 3;
    }

    // The size is one that was thought to be enough: meanwhile clients may have taken tokens of buckets that were full.
    private void Rebuild(int size, long now)
    {
        Seal(_places);
        if (CountLive(now) > size / 4 * 3)
            size = _places.Length;
        budget.Release(_places.Length - size);
        Move(size, now);
    }

    private void RebuildReserved(int size, long now)
    {
        Seal(_places);
        Move(size, now);
    }

    // What is taken of a bucket that has been copied would not count: who finds it sealed waits for the lock.
    private static void Seal(Place[] places)
    {
        foreach (ref var place in places.AsSpan())
        {
            var fullAt = Volatile.Read(ref place.FullAt);
            while (fullAt != 0 && Interlocked.CompareExchange(ref place.FullAt, -fullAt, fullAt) is var found && found != fullAt)
                fullAt = found;
        }
    }

    private void Move(int size, long now)
    {
        var places = size == 0 ? [] : new Place[size];
        _count = 0;
        foreach (ref readonly var place in _places.AsSpan())
        {
            if (-place.FullAt <= now)
                continue;
            Insert(places, place.High, place.Low, -place.FullAt);
            _count++;
        }
        _places = places;
    }

    private int CountLive(long now)
    {
        var live = 0;
        foreach (ref readonly var place in _places.AsSpan())
            live += Math.Abs(place.FullAt) > now ? 1 : 0;
        return live;
    }

    // A power of two, filled to three quarters at most.
    private static int SizeFor(int clients) => Math.Max(Smallest, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(clients / 3 * 4 + 4)));

    private Outcome TakeOfKnown(Place[] places, ulong high, ulong low, long now, out long fullAt)
    {
        fullAt = 0;
        if (places.Length == 0)
            return Outcome.Unknown;
        ref var word = ref Find(places, high, low);
        if (Unsafe.IsNullRef(ref word))
            return Outcome.Unknown;
        var seen = Volatile.Read(ref word);
        while (seen >= 0)
        {
            fullAt = seen;
            if (!rate.TryTake(ref fullAt, now))
                return Outcome.Refused;
            var found = Interlocked.CompareExchange(ref word, fullAt, seen);
            if (found == seen)
                return Outcome.Taken;
            seen = found;
        }
        return Outcome.Unknown;
    }

    private static ref long Find(Place[] places, ulong high, ulong low)
    {
        var mask = places.Length - 1;
        for (var i = (int)low & mask; ; i = (i + 1) & mask)
        {
            ref var place = ref places[i];
            // The names of a place are written before its time, and never again.
            if (Volatile.Read(ref place.FullAt) == 0)
                return ref Unsafe.NullRef<long>();
            if (place.Low == low && place.High == high)
                return ref place.FullAt;
        }
    }

    private static void Insert(Place[] places, ulong high, ulong low, long fullAt)
    {
        var mask = places.Length - 1;
        var i = (int)low & mask;
        while (places[i].FullAt != 0)
            i = (i + 1) & mask;
        ref var place = ref places[i];
        (place.High, place.Low) = (high, low);
        Volatile.Write(ref place.FullAt, fullAt);
    }

    private enum Outcome
    {
        Taken,
        Refused,
        Unknown,
    }

    // Free while FullAt is 0; buckets in use are full at a time after the clock's first, which is 1. Negative in an array that is given up.
    private struct Place
    {
        public ulong High;
        public ulong Low;
        public long FullAt;
    }
}
