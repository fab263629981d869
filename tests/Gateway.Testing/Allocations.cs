namespace Gateway.Testing;

/// <summary>
/// What code allocates once it is compiled for good. The runtime compiles a method again some time after its first calls, later on a busy
/// machine, and what it compiles first allocates more; hence rounds, of which the best one counts.
/// </summary>
public static class Allocations
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that a round allocates on this thread: the first round that is within the limit, or else the best of half a minute.</summary>
    /// <param name="limit">Bytes that are good enough.</param>
    /// <param name="round">Mostly a loop of many calls.</param>
    public static long Least(long limit, Action round)
    {
        ArgumentNullException.ThrowIfNull(round);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var least = long.MaxValue;
        do
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        while (least > limit && watch.Elapsed < s_patience);
        return least;
    }
}
