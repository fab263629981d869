namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// Keeps one worker of an agent to <c>consumer.max_rate</c> (NRC-229): a token bucket that is full at first and holds
/// <c>max(1, floor(rate))</c> messages. Not thread-safe; every worker has its own.
/// </summary>
/// <param name="rate">Messages per second; 0 or less means as many as come.</param>
/// <param name="time">Clock.</param>
public sealed class MessagePace(double rate, TimeProvider time)
{
    private readonly double _burst = Math.Max(1, Math.Floor(rate));
    private double _tokens = Math.Max(1, Math.Floor(rate));
    private long _last = time.GetTimestamp();

    /// <summary>Returns when the next message may be worked on. Throws <see cref="OperationCanceledException"/> when the token fires before.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (rate <= 0)
            return;
        Refill();
        // A timer may fire a moment early, and a rate may be so low that one timer cannot wait for it.
        while (_tokens < 1)
        {
            var missing = Math.Min((1 - _tokens) / rate, TimeSpan.FromDays(1).TotalSeconds);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(missing * 1000)), time, cancellationToken).ConfigureAwait(false);
            Refill();
        }
        _tokens--;
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * rate));
        _last = now;
    }
}
