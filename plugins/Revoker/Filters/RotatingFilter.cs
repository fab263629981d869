namespace KrakenPlugins.Revoker.Filters;

/// <summary>The three filters of a set.</summary>
/// <param name="Previous">What expires with the next rotation.</param>
/// <param name="Current">What is added now.</param>
/// <param name="Next">The same once more, for the time after the next rotation.</param>
internal sealed record FilterTrio(BitFilter Previous, BitFilter Current, BitFilter Next)
{
    /// <summary>All three, in the order in which they are sent and stored.</summary>
    public IEnumerable<BitFilter> All => [Previous, Current, Next];
}

/// <summary>
/// The revoked elements: three filters that take each other's place every TTL (AUT-070). Adding writes two of them, checking reads two, so an element
/// is found for at least two and at most three TTL. All memory is taken when it is made. Checks take no lock and never wait.
/// </summary>
internal sealed class RotatingFilter : IDisposable
{
    // A timer cannot wait for longer than 49 days, and a clock may be set meanwhile.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    private readonly object _rotating = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private FilterTrio _filters;
    private DateTimeOffset _rotated;
    private bool _isDisposed;
    private volatile bool _hasChanged;

    /// <param name="settings">Checked ones.</param>
    /// <param name="time">Clock.</param>
    public RotatingFilter(FilterSettings settings, TimeProvider time)
    {
        Settings = settings;
        Hashes = settings.Hashes;
        _time = time;
        var bits = settings.Bits;
        _filters = new FilterTrio(new BitFilter(bits), new BitFilter(bits), new BitFilter(bits));
        _rotated = time.GetUtcNow();
        _timer = time.CreateTimer(static state => ((RotatingFilter)state!).Tick(), this, Wait(settings.Period), Timeout.InfiniteTimeSpan);
    }

    /// <summary>What it was made for.</summary>
    public FilterSettings Settings { get; }

    /// <summary>Hash functions.</summary>
    public int Hashes { get; }

    /// <summary>Bytes of one of the three filters.</summary>
    public long ByteCount => Volatile.Read(ref _filters).Current.ByteCount;

    /// <summary>Positions of an element.</summary>
    public ElementHash HashOf(ReadOnlySpan<byte> element) => ElementHash.Of(element, Settings.Hash, Hashes);

    /// <summary>Adds an element.</summary>
    public void Add(ReadOnlySpan<byte> element)
    {
        var hash = HashOf(element);
        var filters = Volatile.Read(ref _filters);
        filters.Next.Add(hash);
        filters.Current.Add(hash);
        NoteChange();
    }

    /// <summary>Notes that the filters hold something else than when <see cref="TakeChange"/> was asked last.</summary>
    public void NoteChange()
    {
        // Written only when it says something new, so that writers do not take the line from each other.
        if (!_hasChanged)
            _hasChanged = true;
    }

    /// <summary>Whether something was noted since the last question.</summary>
    public bool TakeChange()
    {
        var hasChanged = _hasChanged;
        _hasChanged = false;
        return hasChanged;
    }

    /// <summary>Whether an element was added, or looks like one that was.</summary>
    public bool Has(ReadOnlySpan<byte> element)
    {
        var hash = HashOf(element);
        var filters = Volatile.Read(ref _filters);
        return filters.Current.Has(hash) || filters.Previous.Has(hash);
    }

    /// <summary>The three filters as they stand now; who works on them for a while keeps these, also when they rotate meanwhile.</summary>
    public FilterTrio Filters => Volatile.Read(ref _filters);

    /// <summary>Share of the bits that are set, the mean of the three filters, 0 to 1.</summary>
    public double Capacity
    {
        get
        {
            var filters = Volatile.Read(ref _filters);
            return (filters.Previous.Fill + filters.Current.Fill + filters.Next.Fill) / 3;
        }
    }

    /// <summary>When the filters last took each other's place; the beginning counts.</summary>
    public DateTimeOffset Rotated
    {
        get
        {
            lock (_rotating)
                return _rotated;
        }
    }

    /// <summary>Time since <see cref="Rotated"/>.</summary>
    public TimeSpan Age
    {
        get
        {
            var age = _time.GetUtcNow() - Rotated;
            // After a Follow the present period may begin in the future; in step it is all the same.
            return age >= TimeSpan.Zero ? age : age + Settings.Period;
        }
    }

    /// <summary>Takes over when a set that was stored rotated last, and makes up for the rotations that were missed since.</summary>
    public void Resume(DateTimeOffset rotated)
    {
        lock (_rotating)
        {
            var now = _time.GetUtcNow();
            // A clock that was set back would otherwise keep elements for ever.
            _rotated = rotated < now ? rotated : now;
            CatchUp();
        }
    }

    /// <summary>
    /// Puts rotations in step with those of another set, by making the present period longer, never shorter: what is held stays for the time that was
    /// promised (AUT-256).
    /// </summary>
    /// <param name="age">Time since the other one's last rotation.</param>
    public void Follow(TimeSpan age)
    {
        lock (_rotating)
        {
            CatchUp();
            var now = _time.GetUtcNow();
            var period = Settings.Period.Ticks;
            var mine = (now - _rotated).Ticks;
            var behind = (mine - (age.Ticks % period)) % period;
            if (behind < 0)
                behind += period;
            // Those who are in step already stay so: what the way took would otherwise be made up for by a whole period.
            var tolerance = Math.Min(period / 20, TimeSpan.TicksPerSecond);
            if (behind <= tolerance || behind >= period - tolerance)
                return;
            _rotated += TimeSpan.FromTicks(behind);
            Schedule();
        }
    }

    /// <summary>Ends the rotation; checks go on.</summary>
    public void Dispose()
    {
        lock (_rotating)
            _isDisposed = true;
        _timer.Dispose();
    }

    private void Tick()
    {
        lock (_rotating)
            CatchUp();
    }

    private void CatchUp()
    {
        var period = Settings.Period;
        var missed = (_time.GetUtcNow() - _rotated).Ticks / period.Ticks;
        for (var i = Math.Min(missed, 3); i > 0; i--)
            Rotate();
        if (missed > 0)
            _rotated += TimeSpan.FromTicks(missed * period.Ticks);
        Schedule();
    }

    // What expires is emptied and becomes the next one: a check that still looks at it reads what has expired at this moment.
    private void Rotate()
    {
        var filters = _filters;
        filters.Previous.Clear();
        NoteChange();
        Volatile.Write(ref _filters, new FilterTrio(filters.Current, filters.Next, filters.Previous));
    }

    private void Schedule()
    {
        if (!_isDisposed)
            _timer.Change(Wait(_rotated + Settings.Period - _time.GetUtcNow()), Timeout.InfiniteTimeSpan);
    }

    private static TimeSpan Wait(TimeSpan due) => due > s_longestWait ? s_longestWait : due > TimeSpan.Zero ? due : TimeSpan.FromMilliseconds(1);
}
