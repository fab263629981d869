using KrakenPlugins.Jose;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>One download of a key set, which any number of callers wait for.</summary>
/// <param name="Started">When it began, as a time stamp.</param>
/// <param name="Result">The keys, or why there are none; never faulted, never cancelled by a caller.</param>
internal sealed record KeyFlight(long Started, Task<KeyFlightResult> Result);

/// <summary>What came of a download.</summary>
/// <param name="Snapshot">The keys, or <see langword="null"/>.</param>
/// <param name="Failure">Why there are none.</param>
internal sealed record KeyFlightResult(KeySnapshot? Snapshot, string Failure);

/// <summary>The keys that were downloaded last, so that a reload does not forget them (AUT-226).</summary>
internal sealed class KeyMemory
{
    private volatile KeySnapshot? _snapshot;

    /// <summary>The keys, or <see langword="null"/>.</summary>
    public KeySnapshot? Snapshot
    {
        get => _snapshot;
        set => _snapshot = value;
    }
}

/// <summary>
/// The key set behind one URL with one set of TLS settings, shared by all endpoints that use both: the keys of the last download, and the
/// download that is under way. Callers share a download (AUT-040), and none of them can end it for the others.
/// </summary>
internal sealed partial class KeyFeed : IDisposable
{
    private static readonly TimeSpan s_retryPause = TimeSpan.FromSeconds(5);

    /// <summary>How long a caller waits for a download when there are keys to fall back to.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly List<KeyMemory> _memories = [];
    private readonly Dictionary<(TimeSpan Period, int Places), KeyMisses> _misses = [];
    private readonly Func<CancellationToken, ValueTask<JwkResult>> _get;
    private readonly JwkDownload? _download;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private KeyFlight? _flight;
    private volatile KeySnapshot? _latest;
    private long _failed;
    private bool _hasFailed;
    private int _users;

    /// <param name="origin">URL and TLS settings.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <exception cref="JwkException">The settings cannot be used.</exception>
    public KeyFeed(JwkOrigin origin, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _name = NameOf(origin.JwkUrl);
        _download = new JwkDownload(origin, Warn);
        _get = _download.GetAsync;
    }

    internal KeyFeed(string name, Func<CancellationToken, ValueTask<JwkResult>> get, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _name = name;
        _get = get;
    }

    /// <summary>The keys of the last download that succeeded, however old, or <see langword="null"/>.</summary>
    public KeySnapshot? Latest => _latest;

    /// <summary>Whether one of its users caches keys, so that they are fetched before a request needs them.</summary>
    public bool IsPrefetched { get; set; }

    /// <summary>Whether asking again now is likely to be in vain: the last download failed a moment ago, or the current one takes long.</summary>
    public bool IsTroubled
    {
        get
        {
            lock (_gate)
            {
                var now = _time.GetTimestamp();
                return (_hasFailed && _time.GetElapsedTime(_failed, now) < s_retryPause)
                    || (_flight is { Result.IsCompleted: false } flight && _time.GetElapsedTime(flight.Started, now) > Patience);
            }
        }
    }

    /// <summary>The names that were not found, for all users with the same <c>failed_jwk_key_cooldown</c> and <c>failed_jwk_key_limit</c>.</summary>
    public KeyMisses Misses(TimeSpan period, int places)
    {
        lock (_gate)
        {
            if (!_misses.TryGetValue((period, places), out var misses))
                _misses.Add((period, places), misses = new KeyMisses(period, places, _time));
            return misses;
        }
    }

    /// <summary>Adds a user; takes over and keeps up what it remembers.</summary>
    public void Attach(KeyMemory memory)
    {
        lock (_gate)
        {
            _users++;
            _memories.Add(memory);
            if (memory.Snapshot is { } known && (_latest is null || known.Taken > _latest.Taken))
                _latest = known;
            foreach (var each in _memories)
                each.Snapshot = _latest;
        }
    }

    /// <summary>Removes a user; the last one ends the feed.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            if (--_users > 0)
                return;
        }
        Dispose();
    }

    /// <summary>The download that is under way, or else a new one.</summary>
    public KeyFlight Join()
    {
        lock (_gate)
        {
            if (_flight is { Result.IsCompleted: false } current)
                return current;
            // Run elsewhere: a caller must not run another one's download under its lock.
            var started = _time.GetTimestamp();
            return _flight = new KeyFlight(started, Task.Run(() => FlyAsync(started)));
        }
    }

    /// <summary>The outcome of the download that is under way, or of the last one.</summary>
    public Task<KeyFlightResult> Settled
    {
        get
        {
            lock (_gate)
                return _flight?.Result ?? Task.FromResult(new KeyFlightResult(_latest, ""));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Cancel();
        _download?.Dispose();
    }

    private async Task<KeyFlightResult> FlyAsync(long started)
    {
        try
        {
            var result = await _get(_ended.Token).ConfigureAwait(false);
            return result.Set is { } set ? Succeeded(new KeySnapshot(set, started)) : Failed(result.Failure ?? "there are no keys");
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            return new KeyFlightResult(null, "the configuration has ended");
        }
        catch (Exception exception)
        {
            return Failed(exception.Message);
        }
    }

    private KeyFlightResult Succeeded(KeySnapshot snapshot)
    {
        bool isBack;
        lock (_gate)
        {
            (isBack, _hasFailed) = (_hasFailed, false);
            _latest = snapshot;
            foreach (var memory in _memories)
                memory.Snapshot = snapshot;
        }
        if (isBack)
            Log.IsBack(_logger, _name);
        return new KeyFlightResult(snapshot, "");
    }

    private KeyFlightResult Failed(string failure)
    {
        bool isKnown;
        lock (_gate)
        {
            (isKnown, _hasFailed) = (_hasFailed, true);
            _failed = _time.GetTimestamp();
        }
        if (!isKnown)
            Log.IsGone(_logger, _name, failure);
        return new KeyFlightResult(null, failure);
    }

    // Once: a set is downloaded again and again.
    private void Warn(string sentence)
    {
        lock (_gate)
        {
            if (_said.Count >= 100 || !_said.Add(sentence))
                return;
        }
        Log.KeyLeftOut(_logger, _name, sentence);
    }

    // User and query may be secrets.
    private static string NameOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Authority}{uri.AbsolutePath}" : "jwk_url";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: JWTValidator] The keys of {Name} cannot be downloaded: {Failure}")]
        public static partial void IsGone(ILogger logger, string name, string failure);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: JWTValidator] The keys of {Name} can be downloaded again")]
        public static partial void IsBack(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: JWTValidator] Keys of {Name}: {Sentence}")]
        public static partial void KeyLeftOut(ILogger logger, string name, string sentence);
    }
}
