namespace KrakenPlugins.HttpCache.Store;

/// <summary>
/// Counts what was dropped on purpose (a purge, a change of the resource), so that an answer that was asked for before it is not kept after it.
/// Its size is fixed: keys that fall on one place share it, which costs nothing but an answer that is not kept. Safe for concurrent use.
/// </summary>
internal sealed class Withdrawals
{
    private const int Places = 1024;

    private readonly long[] _counts = new long[Places];
    private long _all;

    /// <summary>A number that differs after each withdrawal that concerns a key.</summary>
    public long Of(string key) => Volatile.Read(ref _all) + Volatile.Read(ref _counts[PlaceOf(key)]);

    /// <summary>Notes that of one key.</summary>
    public void Note(string key) => Interlocked.Increment(ref _counts[PlaceOf(key)]);

    /// <summary>Notes one that may concern any key.</summary>
    public void NoteAll() => Interlocked.Increment(ref _all);

    private static int PlaceOf(string key) => string.GetHashCode(key, StringComparison.Ordinal) & (Places - 1);
}
