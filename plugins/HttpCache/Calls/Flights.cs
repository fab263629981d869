using System.Collections.Concurrent;

namespace KrakenPlugins.HttpCache.Calls;

/// <summary>How a call that others wait for ended.</summary>
internal enum FlightEnd
{
    /// <summary>Its answer was kept; each of those who waited looks for itself whether it may have it.</summary>
    Stored,

    /// <summary>Its answer is for nobody else: all who waited make calls of their own, at once.</summary>
    Passed,

    /// <summary>It was given up for reasons of its own client; one of those who waited takes its place.</summary>
    Abandoned,
}

/// <summary>One call for an answer that others wait for.</summary>
internal sealed class Flight(Flights owner, string key)
{
    // Those who wait must not run on the thread of the one who was first.
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its end.</summary>
    public Task<FlightEnd> Completion => _end.Task;

    /// <summary>Ends it, once; later calls do nothing.</summary>
    public void End(FlightEnd end)
    {
        owner.Remove(key, this);
        _end.TrySetResult(end);
    }
}

/// <summary>
/// The calls of a bucket that are under way, at most one per key (RFC 9111, 4, "collapsed requests"), and a memory of the keys whose answers
/// were for nobody else, so that requests for them do not wait for each other. Its size is fixed: keys that fall on one place share it, which
/// costs nothing but a chance to wait.
/// </summary>
internal sealed class Flights(TimeProvider time)
{
    private const int Places = 4096;
    private static readonly TimeSpan s_passTime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private readonly long[] _passes = new long[Places];

    /// <summary>Calls under way.</summary>
    public int Count => _flights.Count;

    /// <summary>Begins a call, or finds the one to wait for.</summary>
    /// <returns>Whether it was begun.</returns>
    public bool TryBegin(string key, out Flight flight)
    {
        var mine = new Flight(this, key);
        flight = _flights.GetOrAdd(key, mine);
        return flight == mine;
    }

    /// <summary>Remembers for a while that answers of a key are for nobody else.</summary>
    public void NotePass(string key)
    {
        var hash = string.GetHashCode(key, StringComparison.Ordinal);
        Volatile.Write(ref _passes[PlaceOf(hash)], Word(hash, Now() + (long)s_passTime.TotalSeconds));
    }

    /// <summary>Whether that was so a moment ago.</summary>
    public bool IsPass(string key)
    {
        var hash = string.GetHashCode(key, StringComparison.Ordinal);
        var word = Volatile.Read(ref _passes[PlaceOf(hash)]);
        return (int)(word >> 32) == hash && (uint)word > (uint)Now();
    }

    internal void Remove(string key, Flight flight) => _flights.TryRemove(KeyValuePair.Create(key, flight));

    private static int PlaceOf(int hash) => hash & (Places - 1);

    private static long Word(int hash, long second) => ((long)hash << 32) | (uint)second;

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
