using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Quota.Processors;

/// <summary>How a processor takes it that Redis cannot be reached.</summary>
/// <param name="Allow">Whether requests pass meanwhile.</param>
/// <param name="MaxRetries">Attempts before it gives up.</param>
/// <param name="IsLinear">Whether the pauses between them are equal.</param>
/// <param name="Recovers">Whether it never gives up.</param>
internal sealed record FailurePolicy(bool Allow, int MaxRetries, bool IsLinear, bool Recovers);

/// <summary>
/// Whether a processor is in service (TRF-159, TRF-160): while Redis cannot be reached it tries so often, and then is out of service until the gateway
/// starts again or takes up a configuration. A request that gets through ends the attempts. Safe for concurrent use.
/// </summary>
/// <param name="name">The processor's name.</param>
/// <param name="pool">The connections.</param>
/// <param name="policy">What to do.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
internal sealed partial class ProcessorState(string name, IRedisPool pool, FailurePolicy policy, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int Serving = 0;
    private const int Trying = 1;
    private const int Out = 2;
    private const string Away = "redis is away";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);
    private static readonly RedisCall s_attempt = new(TimeSpan.FromSeconds(1));

    private readonly CancellationTokenSource _ended = new();
    private Task _attempts = Task.CompletedTask;
    private int _state;
    private int _series;
    private long _nextReport = long.MinValue;

    /// <summary>Whether requests pass that cannot be counted.</summary>
    public bool Allows => policy.Allow;

    /// <summary>Whether Redis is not asked any more.</summary>
    public bool IsOut => Volatile.Read(ref _state) == Out;

    /// <summary>For <c>/__health</c>.</summary>
    public string Status => Volatile.Read(ref _state) switch
    {
        Serving => pool.IsReady ? "ok" : Away,
        Trying => Away,
        _ => "out of service",
    };

    /// <summary>The pause before an attempt, from 1.</summary>
    public static TimeSpan PauseBefore(int attempt, bool isLinear)
    {
        var pause = isLinear ? s_pause : s_pause * Math.Pow(2, Math.Min(attempt - 1, 30));
        return pause < s_longestPause ? pause : s_longestPause;
    }

    /// <summary>Notes that Redis answered.</summary>
    public void NoteAnswer()
    {
        if (Volatile.Read(ref _state) == Trying && Interlocked.CompareExchange(ref _state, Serving, Trying) == Trying)
            Log.IsBack(logger, name);
    }

    /// <summary>Notes that a request was not counted.</summary>
    public void NoteFailure(in RedisReply reply)
    {
        Report(reply.Error);
        // What is still under way when the configuration ends finds its Redis closed, and nobody is left to try for.
        if (reply.Failure != RedisFailure.Unavailable || policy.Recovers || _ended.IsCancellationRequested || Interlocked.CompareExchange(ref _state, Trying, Serving) != Serving)
            return;
        if (policy.MaxRetries == 0)
            GiveUp();
        else
            _attempts = TryAsync(Interlocked.Increment(ref _series), _ended.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _attempts.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task TryAsync(int series, CancellationToken ended)
    {
        for (var attempt = 1; attempt <= policy.MaxRetries; attempt++)
        {
            await Task.Delay(PauseBefore(attempt, policy.IsLinear), time, ended).ConfigureAwait(false);
            if (Volatile.Read(ref _state) != Trying || series != Volatile.Read(ref _series))
                return;
            // In a cluster a key chooses the server.
            var reply = await pool.ExecuteAsync(["EXISTS", name], s_attempt, ended).ConfigureAwait(false);
            if (reply.Failure is RedisFailure.None or RedisFailure.Error)
            {
                NoteAnswer();
                return;
            }
        }
        GiveUp();
    }

    private void GiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, Out, Trying) == Trying)
            Log.IsOut(logger, name, policy.Allow ? "pass uncounted" : "are answered with 500");
    }

    // A busy gateway would fill the log with one line per request.
    private void Report(string error)
    {
        var now = time.GetTimestamp();
        var next = Volatile.Read(ref _nextReport);
        if (now < next || Interlocked.CompareExchange(ref _nextReport, now + time.TimestampFrequency, next) != next)
            return;
        if (policy.Allow)
            Log.Uncounted(logger, name, error);
        else
            Log.Refused(logger, name, error);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Quota] {Name}: requests pass uncounted: {Error}")]
        public static partial void Uncounted(ILogger logger, string name, string error);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Quota] {Name}: requests are answered with 500: {Error}")]
        public static partial void Refused(ILogger logger, string name, string error);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Quota] {Name}: Redis answers again")]
        public static partial void IsBack(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Quota] {Name}: out of service, Redis cannot be reached; requests {What} until the gateway is restarted or reloaded")]
        public static partial void IsOut(ILogger logger, string name, string what);
    }
}
