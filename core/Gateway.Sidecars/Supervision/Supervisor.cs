using System.ComponentModel;
using Gateway.Sidecars.Processes;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Supervision;

/// <summary>
/// Keeps one sidecar running: starts it, connects, watches its health, and starts it again when it ends, hangs or breaks the connection. One that says
/// that it is going to end finishes its calls while the next one starts beside it. Calls take <see cref="Link"/>, one read of a field; while there is
/// none they fail or pass by at once.
/// </summary>
public sealed partial class Supervisor : IAsyncDisposable
{
    // Looks at what it does within the limit of an answer.
    private const int Looks = 4;

    // How many times its limit the answer of one that finishes calls meanwhile may take.
    private const int MostLimits = 8;

    private const string GoingAway = "goes away";

    private readonly string _name;
    private readonly Func<Task<SidecarProcess>>? _start;
    private readonly SidecarConnect _connect;
    private readonly SupervisorSettings _settings;
    private readonly RestartPolicy _restarts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _demand = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;

    // Those that finish their calls beside the one that serves. Of the loop.
    private readonly List<Task> _leaving = [];

    private volatile ISidecarLink? _link;
    private volatile SidecarState _state;
    private volatile string _reason = "";
    private volatile TaskCompletionSource _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _starts;
    private bool _isLooping;

    /// <summary>Begins to supervise.</summary>
    /// <param name="name">The plugin, for the log.</param>
    /// <param name="start">Starts its process, or <see langword="null"/> for one that somebody else runs.</param>
    /// <param name="connect">Connects to it.</param>
    /// <param name="settings">Times.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="logger">Where its life is told.</param>
    public Supervisor(string name, Func<Task<SidecarProcess>>? start, SidecarConnect connect, SupervisorSettings settings, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_name, _start, _connect, _settings, _time, _logger) = (name, start, connect, settings, time, logger);
        _restarts = new RestartPolicy(settings.Restart, Random.Shared);
        if (settings.IsEager)
            _demand.SetResult();
        _run = Task.Run(RunAsync);
    }

    /// <summary>The connection while it takes calls; else <see langword="null"/>.</summary>
    public ISidecarLink? Link => _link;

    /// <summary>What it is at.</summary>
    public SidecarState State
    {
        get => _state;
        private set => _state = value;
    }

    /// <summary>Why it does not take calls, or empty.</summary>
    public string Reason
    {
        get => _reason;
        private set => _reason = value;
    }

    /// <summary>How often its process was started.</summary>
    public int Starts => _starts;

    /// <summary>
    /// The connection, once the attempt to start that is under way has ended: with the first call of a sidecar that starts on demand. <see langword="null"/>
    /// when the attempt failed, and at once between two attempts.
    /// </summary>
    public async ValueTask<ISidecarLink?> ReadyAsync(CancellationToken cancellationToken)
    {
        if (_link is { } link)
            return link;
        var attempt = _attempt.Task;
        _demand.TrySetResult();
        if (State is SidecarState.Idle or SidecarState.Starting)
            await attempt.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _link;
    }

    /// <summary>Lets calls that run end, then stops the process.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _demand.TrySetResult();
        await _run.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await _demand.Task.ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            // Nobody waits for an attempt that will fail like those before it.
            State = _isLooping ? SidecarState.CrashLoop : SidecarState.Starting;
            var life = await LiveAsync().ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                break;
            Reason = life.Reason;
            if (IsSucceeded(life))
                continue;
            await PauseAsync(life).ConfigureAwait(false);
        }
        State = SidecarState.Stopped;
        EndAttempt();
        await Task.WhenAll(_leaving).ConfigureAwait(false);
    }

    private async Task PauseAsync(Life life)
    {
        var restart = _restarts.Ended(life.Served);
        var isLoop = restart.IsLoop || life.IsFinal;
        var pause = isLoop && !restart.IsLoop ? _settings.Restart.LoopPause : restart.Pause;
        if (isLoop && restart.Ends == 1)
            Log.Refused(_logger, _name, life.Reason, pause.TotalSeconds);
        else if (isLoop)
            Log.Loop(_logger, _name, life.Reason, restart.Ends, pause.TotalSeconds);
        else
            Log.Ended(_logger, _name, life.Reason, pause.TotalMilliseconds);
        _isLooping = isLoop;
        State = isLoop ? SidecarState.CrashLoop : SidecarState.Pausing;
        EndAttempt();
        await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // From the start to the end of one process, or of one connection to a process of somebody else's.
    private async Task<Life> LiveAsync()
    {
        SidecarProcess? process = null;
        ISidecarLink? link = null;
        try
        {
            if (_start is not null)
                process = await _start().ConfigureAwait(false);
            _starts++;
            link = await ConnectAsync(process).ConfigureAwait(false);
            var life = await ServeAsync(process, link).ConfigureAwait(false);
            if (life.Left)
            {
                _leaving.RemoveAll(static task => task.IsCompleted);
                _leaving.Add(LeaveAsync(process, link));
                (process, link) = (null, null);
            }
            return life;
        }
        catch (SidecarException exception)
        {
            return new(exception.Message, TimeSpan.Zero) { IsFinal = exception.IsFinal };
        }
        catch (Win32Exception exception)
        {
            return new($"cannot be started: {exception.Message}", TimeSpan.Zero) { IsFinal = true };
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return new(exception.Message, TimeSpan.Zero);
        }
        catch (Exception exception)
        {
            // Whatever it is must not end the supervision.
            Log.Failed(_logger, _name, exception);
            return new($"cannot be supervised: {exception.Message}", TimeSpan.Zero);
        }
        finally
        {
            await EndAsync(process, link, _stopping.IsCancellationRequested ? _settings.StopLimit : TimeSpan.Zero).ConfigureAwait(false);
        }
    }

    // Its calls have their time; whoever does not end then is ended.
    private async Task LeaveAsync(SidecarProcess? process, ISidecarLink link)
    {
        await DrainAsync(link).ConfigureAwait(false);
        await EndAsync(process, link, _settings.StopLimit).ConfigureAwait(false);
    }

    private async Task EndAsync(SidecarProcess? process, ISidecarLink? link, TimeSpan grace)
    {
        try
        {
            if (link is not null)
                await link.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.Failed(_logger, _name, exception);
        }
        if (process is null)
            return;
        await process.StopAsync(grace).ConfigureAwait(false);
        await process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task DrainAsync(ISidecarLink link)
    {
        using var late = new CancellationTokenSource(_settings.DrainLimit);
        try
        {
            await link.DrainAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SidecarException)
        {
            if (late.IsCancellationRequested)
                Log.NotDrained(_logger, _name, _settings.DrainLimit.TotalSeconds);
        }
    }

    private async Task<ISidecarLink> ConnectAsync(SidecarProcess? process)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var connecting = _connect(process, late.Token);
        var limit = Task.Delay(_settings.StartLimit, _time, late.Token);
        var first = await Task.WhenAny(connecting, limit, process?.End ?? limit).ConfigureAwait(false);
        await late.CancelAsync().ConfigureAwait(false);
        if (first == connecting)
            return await connecting.ConfigureAwait(false);
        // Whatever still comes of it is not used.
        _ = connecting.ContinueWith(static async done =>
        {
            if (done.IsCompletedSuccessfully)
                await done.Result.DisposeAsync().ConfigureAwait(false);
            else
                _ = done.Exception;
        }, TaskScheduler.Default);
        if (process is { End.IsCompleted: true })
            throw new SidecarException($"{await process.End.ConfigureAwait(false)} before it had answered");
        throw new SidecarException($"did not answer within {_settings.StartLimit.TotalSeconds:0.#} s");
    }

    private async Task<Life> ServeAsync(SidecarProcess? process, ISidecarLink link)
    {
        var ready = _time.GetTimestamp();
        Reason = "";
        _isLooping = false;
        // In this order: whoever sees that it is ready finds the link.
        _link = link;
        State = SidecarState.Ready;
        Log.Ready(_logger, _name, process?.Id);
        EndAttempt();
        var reason = await WatchAsync(process, link).ConfigureAwait(false);
        var isStopped = _stopping.IsCancellationRequested;
        var life = new Life(reason, _time.GetElapsedTime(ready)) { Left = !isStopped && reason == GoingAway };
        // Before the link is gone: whoever misses it meets the reason, or waits for the next one.
        Reason = isStopped ? "is being stopped" : reason;
        State = isStopped ? SidecarState.Stopped : IsSucceeded(life) ? SidecarState.Starting : SidecarState.Pausing;
        _link = null;
        if (isStopped)
            await DrainAsync(link).ConfigureAwait(false);
        else if (!life.Left)
            link.Lose(reason);
        return life;
    }

    // Whoever goes on purpose after a while of service is no failure: the next one starts at once.
    private bool IsSucceeded(Life life) => life.Left && life.Served >= _settings.Restart.Stable;

    // Until something is wrong, or it is not needed any more.
    private async Task<string> WatchAsync(SidecarProcess? process, ISidecarLink link)
    {
        var end = process?.End ?? Task.Delay(Timeout.Infinite, _stopping.Token);
        while (true)
        {
            var pause = Task.Delay(_settings.HealthPause, _time, _stopping.Token);
            var first = await Task.WhenAny(pause, link.Broken, end, link.Leaving).ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                return "";
            if (first == link.Leaving)
                return GoingAway;
            if (first != pause)
                return await EndOfAsync(process, link, "broke its connection").ConfigureAwait(false);
            if (await AskAsync(link).ConfigureAwait(false) is { Length: > 0 } reason)
                return link.Broken.IsCompleted || end.IsCompleted ? await EndOfAsync(process, link, reason).ConfigureAwait(false) : reason;
        }
    }

    // A process that ends breaks its connection first; its end tells more.
    private async Task<string> EndOfAsync(SidecarProcess? process, ISidecarLink link, string otherwise)
    {
        if (process is not null)
            await Task.WhenAny(process.End, Task.Delay(_settings.HealthLimit, _time, _stopping.Token)).ConfigureAwait(false);
        return process is { End.IsCompleted: true } ? (await process.End.ConfigureAwait(false)).ToString() : link.Reason.Length > 0 ? link.Reason : otherwise;
    }

    private async Task<string> AskAsync(ISidecarLink link)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            var answer = link.IsHealthyAsync(late.Token);
            // Counted, not timed: a gateway that stood still itself blames nobody for it.
            for (var (looks, silent, heard) = (1, 0, link.Heard); ; looks++)
            {
                await Task.WhenAny(answer, Task.Delay(_settings.HealthLimit / Looks, _time, late.Token)).ConfigureAwait(false);
                if (answer.IsCompleted)
                    return await answer.ConfigureAwait(false) ? "" : "says that it is not healthy";
                if (_stopping.IsCancellationRequested)
                    return "";
                // Busy, on a machine that is, as long as it finishes calls.
                var now = link.Heard;
                (silent, heard) = now == heard ? (silent + 1, heard) : (0, now);
                if (silent == Looks)
                    return $"hangs: it did not say within {_settings.HealthLimit.TotalMilliseconds:0} ms whether it is healthy";
                if (looks == Looks * MostLimits)
                    return $"hangs: it finishes calls, but did not say within {(_settings.HealthLimit * MostLimits).TotalMilliseconds:0} ms whether it is healthy";
            }
        }
        catch (Exception exception) when (exception is IOException or SidecarException or OperationCanceledException)
        {
            return _stopping.IsCancellationRequested ? "" : $"does not say whether it is healthy: {exception.Message}";
        }
        finally
        {
            await late.CancelAsync().ConfigureAwait(false);
        }
    }

    private void EndAttempt() =>
        Interlocked.Exchange(ref _attempt!, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>How it went with one process.</summary>
    /// <param name="Reason">Why it does not serve any more.</param>
    /// <param name="Served">How long it did.</param>
    private readonly record struct Life(string Reason, TimeSpan Served)
    {
        /// <summary>Whether the same build will fail again.</summary>
        public bool IsFinal { get; init; }

        /// <summary>Whether it goes on purpose, and finishes its calls.</summary>
        public bool Left { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[PLUGIN: {Plugin}] the sidecar is ready (process {Process})")]
        public static partial void Ready(ILogger logger, string plugin, int? process);

        [LoggerMessage(Level = LogLevel.Error, Message = "[PLUGIN: {Plugin}] the sidecar {Reason}; it is started again in {Pause:0} ms")]
        public static partial void Ended(ILogger logger, string plugin, string reason, double pause);

        [LoggerMessage(Level = LogLevel.Critical, Message = "[PLUGIN: {Plugin}] the sidecar {Reason}: it is tried again in {Pause:0} s only")]
        public static partial void Refused(ILogger logger, string plugin, string reason, double pause);

        [LoggerMessage(Level = LogLevel.Critical, Message = "[PLUGIN: {Plugin}] the sidecar {Reason}, {Ends} times in a row: it is tried again in {Pause:0} s only")]
        public static partial void Loop(ILogger logger, string plugin, string reason, int ends, double pause);

        [LoggerMessage(Level = LogLevel.Error, Message = "[PLUGIN: {Plugin}] the supervision of the sidecar failed")]
        public static partial void Failed(ILogger logger, string plugin, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: {Plugin}] the sidecar did not end its calls within {Limit:0.#} s; they are cut off")]
        public static partial void NotDrained(ILogger logger, string plugin, double limit);
    }
}
