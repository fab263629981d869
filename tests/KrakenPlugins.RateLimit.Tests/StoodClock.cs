namespace KrakenPlugins.RateLimit.Tests;

/// <summary>A clock of time stamps that stands until it is moved; the time of day moves by itself, as when somebody sets it.</summary>
internal sealed class StoodClock : TimeProvider
{
    private readonly List<StoodTimer> _timers = [];
    private long _now = 1_000_000;

    /// <summary>Nanoseconds.</summary>
    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks * 100);

    public void Advance(long nanoseconds) => Interlocked.Add(ref _now, nanoseconds);

    /// <summary>Runs the timers of a period.</summary>
    public int Run(TimeSpan period)
    {
        StoodTimer[] due;
        lock (_timers)
            due = [.. _timers.Where(t => t.Period == period)];
        foreach (var timer in due)
            timer.Callback(timer.State);
        return due.Length;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StoodTimer(this, callback, state, period);
        lock (_timers)
            _timers.Add(timer);
        return timer;
    }

    private sealed class StoodTimer(StoodClock clock, TimerCallback callback, object? state, TimeSpan period) : ITimer
    {
        public TimerCallback Callback => callback;

        public object? State => state;

        public TimeSpan Period => period;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod) => true;

        public void Dispose()
        {
            lock (clock._timers)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
