using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// How long to wait before the next attempt to connect: the values of <c>backoff_strategy</c> (NRC-259 to 265). Safe for concurrent use.
/// Source: reference page "async".
/// </summary>
public sealed class BackoffStrategy
{
    private const double Jitter = 1.0 / 3;

    private static readonly string[] s_names = ["linear", "linear-jitter", "exponential", "exponential-jitter", "fallback"];
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    private readonly Random _random;

    private BackoffStrategy(string name, Random random)
    {
        Name = name;
        _random = random;
    }

    /// <summary>The names that a configuration may use.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>One of <see cref="Names"/>.</summary>
    public string Name { get; }

    /// <summary>The strategy of a name in any case; <c>fallback</c> for an unknown one (NRC-263).</summary>
    /// <param name="name">The attribute, or <see langword="null"/>.</param>
    /// <param name="random">Where jitter is drawn from; the shared source when absent.</param>
    public static BackoffStrategy Parse(string? name, Random? random = null)
    {
        var known = Array.Find(s_names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        return new BackoffStrategy(known ?? "fallback", random ?? Random.Shared);
    }

    /// <summary>A warning with advice when the name is none of <see cref="Names"/>.</summary>
    /// <param name="name">The attribute as written; empty when it is absent.</param>
    /// <param name="source">The object that it stands in.</param>
    /// <param name="diagnostics">Where to.</param>
    public static void Check(string name, ConfigSource source, ConfigDiagnostics diagnostics)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(source);
        if (name.Length > 0 && !s_names.Contains(name, StringComparer.OrdinalIgnoreCase))
            source.Warning(diagnostics, "backoff_strategy", $"{ConfigText.Quote(name)} is no backoff strategy, \"fallback\" (one second) is used{NearestName.Suggest(name, s_names)} ({string.Join(", ", s_names)})");
    }

    /// <summary>The wait before the next attempt, at most five minutes.</summary>
    /// <param name="failures">Attempts that failed since the last success, without the very first one; not negative.</param>
    public TimeSpan Delay(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(failures);
        var delay = Name switch
        {
            "linear" => Seconds(failures),
            "linear-jitter" => Spread(Seconds(failures)),
            "exponential" => Seconds(Math.Pow(2, failures)),
            "exponential-jitter" => Spread(Seconds(Math.Pow(2, failures))),
            _ => Seconds(1),
        };
        return delay < s_longest ? delay : s_longest;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, s_longest.TotalSeconds));

    private TimeSpan Spread(TimeSpan delay)
    {
        var spread = delay * (1 + (Jitter * ((2 * _random.NextDouble()) - 1)));
        return spread > s_shortest ? spread : s_shortest;
    }
}

/// <summary>
/// The attempts of one driver to stay connected (NRC-231, NRC-264): the first at once, every further one after the wait of its strategy, and
/// no more than allowed in a row. Not thread-safe.
/// </summary>
/// <param name="maxRetries">Attempts after the first one; 0 or less means any number.</param>
/// <param name="backoff">The waits.</param>
/// <param name="time">Clock.</param>
public sealed class Reconnection(int maxRetries, BackoffStrategy backoff, TimeProvider time)
{
    private static readonly TimeSpan s_stable = TimeSpan.FromSeconds(5);

    private long _started;
    private bool _hasStarted;

    /// <summary>Attempts made since the last success, without the first one.</summary>
    public int Retries { get; private set; }

    /// <summary>
    /// Waits for the time of the next attempt. An attempt that held for more than five seconds counts as a success. Throws
    /// <see cref="OperationCanceledException"/> when the token fires.
    /// </summary>
    /// <returns>Whether another attempt may be made.</returns>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_hasStarted)
        {
            if (time.GetElapsedTime(_started) > s_stable)
                Succeeded();
            if (maxRetries > 0 && Retries >= maxRetries)
                return false;
            if (backoff.Delay(Retries) is var delay && delay > TimeSpan.Zero)
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            Retries++;
        }
        _hasStarted = true;
        _started = time.GetTimestamp();
        return true;
    }

    /// <summary>Begins to count anew.</summary>
    public void Succeeded() => Retries = 0;
}
