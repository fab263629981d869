namespace Gateway.Testing;

/// <summary>A clock whose timers of one duration run when they are told to.</summary>
public sealed class TurnedTime : TimeProvider
{
    private readonly List<(TimeSpan Due, Action Run)> _timers = [];

    /// <summary>Runs the timers of a duration; returns whether there was one.</summary>
    public bool Turn(TimeSpan due)
    {
        List<Action> runs;
        lock (_timers)
            runs = [.. _timers.Where(timer => timer.Due == due).Select(timer => timer.Run)];
        runs.ForEach(run => run());
        return runs.Count > 0;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_timers)
            _timers.Add((dueTime, () => callback(state)));
        return base.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
