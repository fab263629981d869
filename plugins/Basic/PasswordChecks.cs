using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Basic;

/// <summary>
/// Runs bcrypt on threads of its own, a few at a time, so that whoever tries passwords takes some of the processor and none of the threads
/// that serve requests. What comes while many wait is turned away; half of the places are for clients who have few, so that one who tries many
/// passwords leaves room for all others. Safe for concurrent use.
/// </summary>
/// <param name="atOnce">Checks that run at the same time.</param>
/// <param name="waiting">Checks that may wait beside them.</param>
internal sealed class PasswordChecks(int atOnce, int waiting)
{
    /// <summary>Checks that a client may have when half of the places are taken.</summary>
    public const int Few = 4;

    private readonly SemaphoreSlim _free = new(atOnce);
    private readonly Dictionary<UInt128, Task<bool>> _running = [];
    private readonly Dictionary<UInt128, int> _ofClients = [];

    /// <summary>Checks in progress or waiting.</summary>
    public int Count
    {
        get
        {
            lock (_running)
                return _running.Count;
        }
    }

    /// <summary>Checks a password; equal checks at the same time are one.</summary>
    /// <param name="digest">What the pair is known by.</param>
    /// <param name="password">The password.</param>
    /// <param name="hash">A bcrypt hash.</param>
    /// <param name="client">Who asks.</param>
    /// <returns>Whether they match; <see langword="null"/> when too many wait.</returns>
    public Task<bool>? TryCheck(UInt128 digest, string password, string hash, UInt128 client)
    {
        lock (_running)
        {
            if (_running.TryGetValue(digest, out var running))
                return running;
            var own = _ofClients.GetValueOrDefault(client);
            var places = atOnce + waiting;
            if (_running.Count >= places || (own >= Few && 2 * _running.Count >= places))
                return null;
            _ofClients[client] = own + 1;
            var check = RunAsync(digest, password, hash, client);
            _running.Add(digest, check);
            return check;
        }
    }

    private async Task<bool> RunAsync(UInt128 digest, string password, string hash, UInt128 client)
    {
        // Never on the caller's thread: it holds the lock, and would let a check that ends at once remove itself before it is added.
        await _free.WaitAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await Task.Factory.StartNew(
                () => BcryptHash.Verify(password, hash), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
            lock (_running)
            {
                _running.Remove(digest);
                if (--_ofClients[client] == 0)
                    _ofClients.Remove(client);
            }
        }
    }
}
