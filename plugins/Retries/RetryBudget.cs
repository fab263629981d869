namespace KrakenPlugins.Retries;

/// <summary>
/// How many further attempts a backend gets: in the last window no more than a minimum plus a share of its calls in that window (RTE-427).
/// The window is made of slots, and moves by one of them. It has no clock: it is told the time, as time stamps that never go back. Safe for
/// concurrent use.
/// </summary>
/// <param name="ratio">Further attempts for each call.</param>
/// <param name="minimum">Further attempts in a window in any case.</param>
/// <param name="window">Time stamps of a window.</param>
internal sealed class RetryBudget(double ratio, int minimum, long window)
{
    /// <summary>Slots of a window.</summary>
    public const int Slots = 10;

    private readonly Lock _gate = new();
    private readonly long _slotLength = Math.Max(1, window / Slots);
    private readonly int[] _calls = new int[Slots];
    private readonly int[] _retries = new int[Slots];
    private long _slot;
    private long _refusedAt;
    private bool _isSpent;

    /// <summary>Counts a call.</summary>
    public void Call(long now)
    {
        var slot = now / _slotLength;
        if (slot != Volatile.Read(ref _slot))
        {
            lock (_gate)
                MoveTo(slot);
        }
        Interlocked.Increment(ref _calls[slot % Slots]);
    }

    /// <summary>Takes a further attempt, if there is one.</summary>
    /// <param name="now">Time stamp.</param>
    /// <param name="isChange">
    /// Whether that is news: the first refusal, or the first attempt after a window without any. A budget that is spent lets one through every
    /// few calls, which is none.
    /// </param>
    public bool TryTake(long now, out bool isChange)
    {
        lock (_gate)
        {
            MoveTo(now / _slotLength);
            long calls = 0, retries = 0;
            for (var i = 0; i < Slots; i++)
            {
                calls += Volatile.Read(ref _calls[i]);
                retries += _retries[i];
            }
            var isRefused = retries + 1 > minimum + (ratio * calls);
            var isOver = _isSpent && now - _refusedAt >= window;
            isChange = isRefused ? isOver || !_isSpent : isOver;
            if (isRefused)
                (_isSpent, _refusedAt) = (true, now);
            else if (isOver)
                _isSpent = false;
            if (!isRefused)
                _retries[_slot % Slots]++;
            return !isRefused;
        }
    }

    private void MoveTo(long slot)
    {
        // Threads come late by less than a slot at most; what they count goes to the slot before.
        for (var next = Math.Max(_slot + 1, slot - Slots + 1); next <= slot; next++)
        {
            Volatile.Write(ref _calls[next % Slots], 0);
            _retries[next % Slots] = 0;
        }
        if (slot > _slot)
            Volatile.Write(ref _slot, slot);
    }
}
