using System.Text;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>
/// Names of keys that were just not found, or are being looked for (<c>failed_jwk_key_cooldown</c>, AUT-039), of all endpoints that share a key
/// set. It has few places for names that no known key has: while they are taken such names begin no download, so that a flood of random names
/// causes no more than there are places (AUT-224). Names of known keys always find one; there are no more of them than keys.
/// </summary>
/// <param name="period">How long a name is remembered that was not found.</param>
/// <param name="places">Places for names that no known key has.</param>
/// <param name="time">Clock.</param>
internal sealed class KeyMisses(TimeSpan period, int places, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Miss> _misses = [];

    /// <summary>Whether a name is refused: it was just not found, or it has no place and nothing is looked for that it could wait for.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isStranger">Whether no known key has it.</param>
    public bool Forbids(ReadOnlySpan<byte> name, bool isStranger)
    {
        lock (_gate)
        {
            Forget();
            return Find(name) is { } miss ? miss.Failed is not null : isStranger && !HasPlace() && Search() is null;
        }
    }

    /// <summary>Takes a place for a name that may begin a download.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isStranger">Whether no known key has it.</param>
    /// <param name="search">When it may not: the search of another name after which it may, or <see langword="null"/> when it is refused.</param>
    public bool TryBegin(string name, bool isStranger, out Task? search)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        search = null;
        lock (_gate)
        {
            Forget();
            if (Find(utf8) is { } miss)
                return miss.Failed is null;
            if (isStranger && !HasPlace())
            {
                search = Search();
                return false;
            }
            _misses.Add(new Miss(utf8, isStranger));
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
            miss.Ended.TrySetResult();
        }
    }

    // Ends when one of the names that have a place was found or was not.
    private Task? Search() => _misses.Find(static miss => miss is { IsStranger: true, Failed: null })?.Ended.Task;

    private bool HasPlace()
    {
        var taken = 0;
        foreach (var miss in _misses)
            taken += miss.IsStranger ? 1 : 0;
        return taken < places;
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

    private sealed class Miss(byte[] name, bool isStranger)
    {
        public byte[] Name => name;

        public bool IsStranger => isStranger;

        public long? Failed { get; set; }

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
