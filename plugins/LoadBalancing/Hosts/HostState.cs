namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>
/// What is known of one host of a backend. Numbers of calls change without a lock; the rest belongs to <see cref="HostTable"/> and its lock.
/// </summary>
/// <param name="key">Scheme, authority and base path.</param>
internal sealed class HostState(string key)
{
    private int _inFlight;

    /// <summary>Scheme, authority and base path.</summary>
    public string Key { get; } = key;

    /// <summary>Calls that it was chosen for and that have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Failures in a row.</summary>
    public int Failures;

    /// <summary>Calls in the current window.</summary>
    public int WindowCalls;

    /// <summary>Time stamp at which the window began.</summary>
    public long WindowStart;

    /// <summary>Failures in the current window.</summary>
    public int WindowFailures { get; set; }

    /// <summary>Time stamp until which it is out; 0 when it is not.</summary>
    public long EjectedUntil { get; set; }

    /// <summary>How often in a row it was out.</summary>
    public int Ejections { get; set; }

    /// <summary>Time stamps of its last time out.</summary>
    public long LastEjection { get; set; }

    /// <summary>Time stamp of its last return.</summary>
    public long ReturnedAt { get; set; }

    /// <summary>Whether checks say that it is down.</summary>
    public bool IsUnhealthy { get; set; }

    /// <summary>Checks in a row that say otherwise than <see cref="IsUnhealthy"/>.</summary>
    public int Contradictions { get; set; }

    /// <summary>Whether a list without it came while it had no calls; kept for one list more, for those who choose from the last one just now.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Whether it may be chosen.</summary>
    public bool IsUsable => EjectedUntil == 0 && !IsUnhealthy;

    /// <summary>Leaves the list. A configuration that ends may still have it in its own.</summary>
    public void Leave()
    {
        HasLeft = true;
        EjectedUntil = 0;
        IsUnhealthy = false;
    }

    /// <summary>Comes back to the list as a host of which nothing is known but its calls.</summary>
    public void Join()
    {
        Leave();
        HasLeft = false;
        Volatile.Write(ref Failures, 0);
        Volatile.Write(ref WindowCalls, 0);
        Volatile.Write(ref WindowStart, 0);
        (WindowFailures, Ejections, Contradictions) = (0, 0, 0);
        (LastEjection, ReturnedAt) = (0, 0);
    }

    /// <summary>Begins the use by a call.</summary>
    public void Reserve() => Interlocked.Increment(ref _inFlight);

    /// <summary>Begins the use by a call unless there are that many.</summary>
    public bool TryReserve(long bound)
    {
        var seen = InFlight;
        while (seen < bound)
        {
            var before = Interlocked.CompareExchange(ref _inFlight, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }
        return false;
    }

    /// <summary>Ends it.</summary>
    public void Release() => Interlocked.Decrement(ref _inFlight);
}
