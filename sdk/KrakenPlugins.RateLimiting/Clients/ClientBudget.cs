namespace KrakenPlugins.RateLimiting.Clients;

/// <summary>Places for clients that the tables of a process may have together.</summary>
/// <param name="places">Their number; each takes 24 bytes.</param>
public sealed class ClientBudget(long places)
{
    private long _left = places;

    /// <summary>The budget of all tables that get no other: 8 million places, 192 MB.</summary>
    public static ClientBudget Process { get; } = new(8L << 20);

    /// <summary>Places that are left.</summary>
    public long Left => Volatile.Read(ref _left);

    internal bool TryReserve(int count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0)
            return true;
        Interlocked.Add(ref _left, count);
        return false;
    }

    internal void Release(int count) => Interlocked.Add(ref _left, count);
}
