namespace KrakenPlugins.CircuitBreaker;

/// <summary>Where a breaker is.</summary>
internal enum BreakerState
{
    /// <summary>Calls go through.</summary>
    Closed,

    /// <summary>No call goes through.</summary>
    Open,

    /// <summary>One call, the probe, goes through.</summary>
    HalfOpen,
}

/// <summary>What a call says about a backend.</summary>
internal enum Outcome
{
    /// <summary>It works.</summary>
    Success,

    /// <summary>It does not.</summary>
    Failure,

    /// <summary>Nothing: the call ended for reasons of the client's (TRF-112).</summary>
    Neutral,
}

/// <summary>Why a call may not go through.</summary>
internal enum Refusal
{
    /// <summary>It may.</summary>
    None,

    /// <summary>The breaker is open.</summary>
    Open,

    /// <summary>The probe is on its way.</summary>
    ProbeUnderWay,
}

/// <summary>A change of state; none when both are equal.</summary>
/// <param name="From">Before.</param>
/// <param name="To">After.</param>
internal readonly record struct Transition(BreakerState From, BreakerState To)
{
    /// <summary>Whether there is one.</summary>
    public bool IsChange => From != To;
}

/// <summary>
/// The state machine of one breaker (TRF-100 to TRF-104, TRF-363). Each state, and each window of <c>interval</c>, is a generation; a call gets the
/// number of the one that it began in, and its outcome counts only while that is the current one. It has no clock: it is told the time, as time
/// stamps that never go back. Safe for concurrent use.
/// </summary>
/// <param name="maxErrors">Failures in a row that are tolerated.</param>
/// <param name="interval">Time stamps that a window lasts; 0 for ever.</param>
/// <param name="timeout">Time stamps that the breaker stays open.</param>
/// <param name="now">Time stamp at which it is made, closed.</param>
internal sealed class Breaker(long maxErrors, long interval, long timeout, long now)
{
    private const long Never = long.MaxValue;
    private const int StateBits = 2;

    private readonly Lock _gate = new();

    // Number of the generation and its state in one word, so that calls through a closed breaker read it without the lock.
    private long _generation = Word(1, BreakerState.Closed);
    private long _expiry = interval > 0 ? now + interval : Never;
    private long _failures;
    private bool _isProbing;

    /// <summary>Where it is; open, though its time is up, until a call comes.</summary>
    public BreakerState State => StateOf(Volatile.Read(ref _generation));

    /// <summary>Asks whether a call may go through; one that may must be followed by one <see cref="Exit"/>.</summary>
    /// <param name="time">Time stamp.</param>
    /// <param name="generation">What to give to <see cref="Exit"/>.</param>
    /// <param name="transition">What the question changed.</param>
    public Refusal Enter(long time, out long generation, out Transition transition)
    {
        generation = Volatile.Read(ref _generation);
        transition = default;
        // Unless a change came between the two looks, the time is that of the generation.
        if (StateOf(generation) == BreakerState.Closed && time <= Volatile.Read(ref _expiry) && Volatile.Read(ref _generation) == generation)
            return Refusal.None;
        lock (_gate)
            return EnterSlowly(time, out generation, out transition);
    }

    /// <summary>Tells how a call ended.</summary>
    /// <param name="time">Time stamp.</param>
    /// <param name="generation">What <see cref="Enter"/> gave.</param>
    /// <param name="outcome">What it says about the backend.</param>
    public Transition Exit(long time, long generation, Outcome outcome)
    {
        // A success among successes changes nothing.
        if (outcome == Outcome.Success && StateOf(generation) == BreakerState.Closed && Volatile.Read(ref _failures) == 0)
            return default;
        lock (_gate)
            return ExitSlowly(time, generation, outcome);
    }

    private Refusal EnterSlowly(long time, out long generation, out Transition transition)
    {
        transition = default;
        switch (StateOf(_generation))
        {
            case BreakerState.Closed when time > _expiry:
                Begin(BreakerState.Closed, time);
                break;
            case BreakerState.Open when time > _expiry:
                transition = Begin(BreakerState.HalfOpen, time);
                break;
            case BreakerState.Open:
                generation = _generation;
                return Refusal.Open;
        }
        generation = _generation;
        if (StateOf(generation) != BreakerState.HalfOpen)
            return Refusal.None;
        if (_isProbing)
            return Refusal.ProbeUnderWay;
        _isProbing = true;
        return Refusal.None;
    }

    private Transition ExitSlowly(long time, long generation, Outcome outcome)
    {
        var state = StateOf(generation);
        if (generation != _generation || (state == BreakerState.Closed && time > _expiry))
            return default;
        if (state == BreakerState.HalfOpen)
            _isProbing = false;
        switch (outcome)
        {
            case Outcome.Success when state == BreakerState.HalfOpen:
                return Begin(BreakerState.Closed, time);
            case Outcome.Success:
                Volatile.Write(ref _failures, 0);
                return default;
            case Outcome.Failure when state == BreakerState.HalfOpen || _failures >= maxErrors:
                return Begin(BreakerState.Open, time);
            case Outcome.Failure:
                Volatile.Write(ref _failures, _failures + 1);
                return default;
            default:
                return default;
        }
    }

    private Transition Begin(BreakerState state, long time)
    {
        var before = StateOf(_generation);
        // The generation first: who sees, without the lock, a count or time that is new already must not take it for one of the old generation.
        Volatile.Write(ref _generation, Word((_generation >> StateBits) + 1, state));
        Volatile.Write(ref _failures, 0);
        _isProbing = false;
        Volatile.Write(ref _expiry, state switch
        {
            BreakerState.Closed => interval > 0 ? time + interval : Never,
            BreakerState.Open => time + timeout,
            _ => Never,
        });
        return new Transition(before, state);
    }

    private static BreakerState StateOf(long generation) => (BreakerState)(generation & ((1 << StateBits) - 1));

    private static long Word(long number, BreakerState state) => (number << StateBits) | (long)state;
}
