namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>How a breaker of a schedule is set.</summary>
public sealed record BreakerSetting(int MaxErrors, int Interval, int Timeout)
{
    internal Breaker Create() => new(MaxErrors, Interval, Timeout, 0);
}

/// <summary>
/// The state machine as the specification has it, one step after the other. An era is a state, or a window of the closed one. Immutable, so that a
/// search can go on from it in several ways.
/// </summary>
/// <param name="Setting">How it is set.</param>
/// <param name="State">The state.</param>
/// <param name="Era">Number of the era, from 1.</param>
/// <param name="Since">When it began.</param>
/// <param name="Failures">The last outcomes in it that were failures, without a success between them.</param>
/// <param name="IsProbing">Whether a probe is on its way.</param>
internal sealed record BreakerModel(BreakerSetting Setting, BreakerState State = BreakerState.Closed, long Era = 1, long Since = 0, int Failures = 0, bool IsProbing = false)
{
    private bool IsOver(long now) => State switch
    {
        BreakerState.Closed => Setting.Interval > 0 && now - Since > Setting.Interval,
        BreakerState.Open => now - Since > Setting.Timeout,
        _ => false,
    };

    /// <summary>A call asks to go through.</summary>
    public (BreakerModel Next, Refusal Refusal, Transition Transition) Enter(long now)
    {
        var at = !IsOver(now) ? this : Begin(State == BreakerState.Open ? BreakerState.HalfOpen : BreakerState.Closed, now);
        if (at.State == BreakerState.Open)
            return (at, Refusal.Open, default);
        if (at.State == BreakerState.Closed)
            return (at, Refusal.None, default);
        return at.IsProbing
            ? (at, Refusal.ProbeUnderWay, default)
            : (at with { IsProbing = true }, Refusal.None, State == at.State ? default : new Transition(State, at.State));
    }

    /// <summary>A call of an era ends.</summary>
    public (BreakerModel Next, Transition Transition) Exit(long now, long era, Outcome outcome)
    {
        if (era != Era || (State == BreakerState.Closed && IsOver(now)))
            return (this, default);
        var next = (State, outcome) switch
        {
            (BreakerState.HalfOpen, Outcome.Neutral) => this with { IsProbing = false },
            (BreakerState.HalfOpen, Outcome.Success) => Begin(BreakerState.Closed, now),
            (BreakerState.HalfOpen, _) => Begin(BreakerState.Open, now),
            (_, Outcome.Neutral) => this,
            (_, Outcome.Success) => this with { Failures = 0 },
            _ when Failures == Setting.MaxErrors => Begin(BreakerState.Open, now),
            _ => this with { Failures = Failures + 1 },
        };
        return (next, new Transition(State, next.State));
    }

    private BreakerModel Begin(BreakerState state, long now) => new(Setting, state, Era + 1, now);
}
