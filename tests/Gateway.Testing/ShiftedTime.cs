namespace Gateway.Testing;

/// <summary>A clock whose time stamps can be moved forward; timers and the time of day are real.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long _shift;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _shift);

    /// <summary>Moves it.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, (long)(by.TotalSeconds * TimestampFrequency));
}
