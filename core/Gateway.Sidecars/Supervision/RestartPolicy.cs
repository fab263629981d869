namespace Gateway.Sidecars.Supervision;

/// <summary>How a sidecar that ended is started again.</summary>
public sealed record RestartSettings
{
    /// <summary>Pause after the first end; doubled with each end that follows soon.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a sidecar has to serve for its earlier ends to be forgotten.</summary>
    public TimeSpan Stable { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Ends in a row, each before it was stable, that are a crash loop.</summary>
    public int CrashLoop { get; init; } = 8;

    /// <summary>Pause between two attempts in a crash loop.</summary>
    public TimeSpan LoopPause { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What becomes of a sidecar that ended.</summary>
/// <param name="Pause">Time until the next attempt.</param>
/// <param name="IsLoop">Whether it crashes whenever it is started, so that nobody should wait for the attempt.</param>
/// <param name="Ends">Ends in a row.</param>
public readonly record struct Restart(TimeSpan Pause, bool IsLoop, int Ends);

/// <summary>
/// Exponential backoff with jitter: the pause lies between half of what is due and all of it, so that sidecars which died together do not come
/// back together. Not thread-safe.
/// </summary>
/// <param name="settings">Its numbers.</param>
/// <param name="random">Jitter.</param>
public sealed class RestartPolicy(RestartSettings settings, Random random)
{
    private int _ends;

    /// <summary>Counts an end.</summary>
    /// <param name="served">How long it had been ready; zero when it never was.</param>
    public Restart Ended(TimeSpan served)
    {
        _ends = served >= settings.Stable ? 1 : _ends + 1;
        var isLoop = _ends >= settings.CrashLoop;
        var due = isLoop ? settings.LoopPause : Due();
        return new(due * (0.5 + random.NextDouble() / 2), isLoop, _ends);
    }

    private TimeSpan Due()
    {
        var pause = settings.FirstPause;
        for (var i = 1; i < _ends && pause < settings.LongestPause; i++)
            pause *= 2;
        return pause < settings.LongestPause ? pause : settings.LongestPause;
    }
}
