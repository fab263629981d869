using System.Text;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>
/// Names of keys that were just not found, or are being looked for (<c>failed_jwk_key_cooldown</c>, AUT-039). It holds few: while it is full,
/// names that no known key has count as not found, so that a flood of random names causes no more downloads than there are places (AUT-224).
/// </summary>
/// <param name="period">How long a name is remembered that was not found.</param>
/// <param name="places">Names that it holds.</param>
/// <param name="time">Clock.</param>
internal sealed class KeyMisses(TimeSpan period, int places, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Miss> _misses = new(places);

    /// <summary>Whether a name must not cause a download now.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isStranger">Whether keys are known, and none of them has it.</param>
    public bool Forbids(ReadOnlySpan<byte> name, bool isStranger)
    {
        lock (_gate)
        {
            Forget();
            return Find(name) is { } miss ? miss.Failed is not null : isStranger && _misses.Count >= places;
        }
    }

    /// <summary>As <see cref="Forbids"/>, and takes a place for a name that may cause one.</summary>
    public bool TryBegin(string name, bool isStranger)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        lock (_gate)
        {
            if (Forbids(utf8, isStranger))
                return false;
            if (Find(utf8) is null && _misses.Count < places)
                _misses.Add(new Miss(utf8));
            return true;
        }
    }

    /// <summary>Ends the search for a name.</summary>
    public void End(string name, bool isFound)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        lock (_gate)
        {
            if (Find(utf8) is not { } miss)
                return;
            if (isFound)
                _misses.Remove(miss);
            else
                miss.Failed ??= time.GetTimestamp();
        }
    }

    private Miss? Find(ReadOnlySpan<byte> name)
    {
        foreach (var miss in _misses)
        {
            if (name.SequenceEqual(miss.Name))
                return miss;
        }
        return null;
    }

    private void Forget()
    {
        var now = time.GetTimestamp();
        for (var i = _misses.Count - 1; i >= 0; i--)
        {
            if (_misses[i].Failed is { } since && time.GetElapsedTime(since, now) >= period)
                _misses.RemoveAt(i);
        }
    }

    private sealed class Miss(byte[] name)
    {
        public byte[] Name => name;

        public long? Failed { get; set; }
    }
}
