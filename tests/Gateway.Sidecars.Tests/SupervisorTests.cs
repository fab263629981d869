using System.Collections.Concurrent;
using Gateway.Sidecars.Processes;
using Gateway.Sidecars.Supervision;
using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gateway.Sidecars.Tests;

public sealed class SupervisorTests
{
    private static readonly SupervisorSettings s_settings = new()
    {
        HealthPause = TimeSpan.FromMilliseconds(5),
        HealthLimit = TimeSpan.FromMilliseconds(500),
        Restart = new() { FirstPause = TimeSpan.FromMilliseconds(2), LongestPause = TimeSpan.FromMilliseconds(20), CrashLoop = 4, LoopPause = TimeSpan.FromMilliseconds(40) },
    };

    private readonly ConcurrentQueue<SidecarProcess> _processes = [];
    private readonly ConcurrentQueue<FakeLink> _links = [];
    private readonly Lines _log = new();

    [Fact]
    [Spec("GRP-140")]
    public async Task A_sidecar_that_is_killed_is_started_again()
    {
        await using var supervisor = Supervise(s_settings);
        for (var i = 1; i <= 3; i++)
        {
            await UntilAsync(() => supervisor.Link is not null && _links.Count == i, supervisor);
            var link = supervisor.Link;
            _processes.Last().Kill();
            await UntilAsync(() => !ReferenceEquals(supervisor.Link, link), supervisor);
        }
        await UntilAsync(() => supervisor.State == SidecarState.Ready, supervisor);
        Assert.Contains(_log, static l => l.Contains("was killed (SIGKILL)", StringComparison.Ordinal));
        Assert.All(_links.SkipLast(1), static l => Assert.True(l.IsDisposed));
    }

    [Fact]
    [Spec("GRP-141")]
    public async Task A_hang_ends_it_with_its_process()
    {
        await using var supervisor = Supervise(s_settings with { HealthLimit = TimeSpan.FromMilliseconds(30) });
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        var hung = _processes.Last();
        _links.Last().Health = new TaskCompletionSource<bool>().Task;
        await UntilAsync(() => _links.Count == 2 && supervisor.Link is not null, supervisor);
        Assert.True(hung.End.IsCompleted);
        Assert.Contains(_log, static l => l.Contains("hangs: it did not say within 30 ms", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("GRP-141")]
    public async Task A_hang_is_seen_one_limit_after_the_last_call_that_was_finished()
    {
        const int stopped = 6;
        await using var supervisor = Supervise(s_settings with { HealthLimit = TimeSpan.FromMilliseconds(40) });
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        var link = _links.Last();
        link.Health = new TaskCompletionSource<bool>().Task;
        link.IsHeard = static look => look <= stopped;
        await UntilAsync(() => _links.Count == 2 && supervisor.Link is not null, supervisor);
        // Four looks are a limit.
        Assert.InRange(link.Looks, 4, stopped + 4);
        Assert.Contains(_log, static l => l.Contains("hangs: it did not say within 40 ms", StringComparison.Ordinal));
        Assert.Equal("hangs: it did not say within 40 ms whether it is healthy", link.LostFor);
    }

    [Fact]
    [Spec("GRP-141")]
    public async Task One_that_finishes_calls_and_never_says_how_it_is_is_ended_after_eight_limits()
    {
        await using var supervisor = Supervise(s_settings with { HealthLimit = TimeSpan.FromMilliseconds(20) });
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        var link = _links.Last();
        link.IsHeard = static _ => true;
        link.Health = new TaskCompletionSource<bool>().Task;
        await UntilAsync(() => _links.Count == 2 && supervisor.Link is not null, supervisor);
        Assert.Contains(_log, static l => l.Contains("hangs: it finishes calls, but did not say within 160 ms", StringComparison.Ordinal));
        Assert.InRange(link.Looks, 32, 40);
    }

    [Fact]
    [Spec("GRP-142")]
    public async Task Whoever_misses_it_meets_the_reason()
    {
        var ending = new TaskCompletionSource();
        await using var supervisor = Supervise(s_settings with { HealthLimit = TimeSpan.FromMilliseconds(40) });
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        var link = _links.Last();
        link.Ending = ending.Task;
        link.Health = Task.FromResult(false);
        // Its process has not ended yet, nor has the pause begun.
        await UntilAsync(() => link.IsDisposed, supervisor);
        Assert.Null(supervisor.Link);
        Assert.Equal("says that it is not healthy", supervisor.Reason);
        Assert.Equal(SidecarState.Pausing, supervisor.State);
        ending.SetResult();
    }

    [Fact]
    [Spec("GRP-144")]
    public async Task Nobody_waits_for_an_attempt_in_a_crash_loop()
    {
        var silent = new TaskCompletionSource<ISidecarLink>();
        await using var supervisor = Supervise(s_settings with { StartLimit = TimeSpan.FromMinutes(1) }, connect: (process, _) =>
            _processes.Count > s_settings.Restart.CrashLoop ? silent.Task : throw new SidecarException("closed the connection"));
        await UntilAsync(() => _processes.Count > s_settings.Restart.CrashLoop, supervisor);
        Assert.Equal(SidecarState.CrashLoop, supervisor.State);
        Assert.Null(await supervisor.ReadyAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        silent.SetException(new SidecarException("closed the connection"));
    }

    [Fact]
    [Spec("GRP-142")]
    public async Task A_broken_connection_and_bad_health_end_it_too()
    {
        await using var supervisor = Supervise(s_settings with { HealthLimit = TimeSpan.FromMilliseconds(30) });
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        _links.Last().Break();
        await UntilAsync(() => _links.Count == 2 && supervisor.Link is not null, supervisor);
        _links.Last().Health = Task.FromResult(false);
        await UntilAsync(() => _links.Count == 3 && supervisor.Link is not null, supervisor);
        Assert.Contains(_log, static l => l.Contains("broke its connection", StringComparison.Ordinal));
        Assert.Contains(_log, static l => l.Contains("says that it is not healthy", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("GRP-144")]
    public async Task A_crash_loop_is_told_once_per_attempt_and_still_tried()
    {
        await using var supervisor = Supervise(s_settings, connect: static async (process, _) =>
        {
            process!.Kill();
            await process.End;
            throw new SidecarException("closed the connection");
        });
        await UntilAsync(() => supervisor.State == SidecarState.CrashLoop, supervisor);
        Assert.Null(await supervisor.ReadyAsync(CancellationToken.None));
        var starts = supervisor.Starts;
        await UntilAsync(() => supervisor.Starts > starts, supervisor);
        Assert.NotEqual("", supervisor.Reason);
    }

    [Fact]
    [Spec("GRP-153")]
    public async Task One_that_never_answers_is_given_up_after_the_limit()
    {
        await using var supervisor = Supervise(s_settings with { StartLimit = TimeSpan.FromMilliseconds(30) }, connect: static (_, _) => new TaskCompletionSource<ISidecarLink>().Task);
        await UntilAsync(() => supervisor.Starts > 2, supervisor);
        Assert.Contains(_log, static l => l.Contains("did not answer within", StringComparison.Ordinal));
        Assert.All(_processes.SkipLast(1), static p => Assert.True(p.End.IsCompleted));
    }

    [Fact]
    [Spec("GRP-145")]
    public async Task A_final_refusal_is_tried_rarely_at_once()
    {
        await using var supervisor = Supervise(s_settings, connect: static (_, _) => throw new SidecarException("speaks version 9 of the protocol") { IsFinal = true });
        await UntilAsync(() => supervisor.State == SidecarState.CrashLoop, supervisor);
        Assert.Equal("speaks version 9 of the protocol", supervisor.Reason);
    }

    [Fact]
    [Spec("GRP-152")]
    public async Task One_that_starts_on_demand_waits_for_the_first_call()
    {
        await using var supervisor = Supervise(s_settings with { IsEager = false });
        Assert.Equal(SidecarState.Idle, supervisor.State);
        Assert.Empty(_processes);
        Assert.NotNull(await supervisor.ReadyAsync(CancellationToken.None));
        Assert.Single(_processes);
    }

    [Fact]
    [Spec("GRP-150")]
    public async Task A_stop_drains_and_leaves_no_process()
    {
        var supervisor = Supervise(s_settings);
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        await supervisor.DisposeAsync();
        Assert.True(_links.Single().IsDrained);
        Assert.True(_links.Single().IsDisposed);
        Assert.True(_processes.Single().End.IsCompleted);
        Assert.Equal(SidecarState.Stopped, supervisor.State);
        Assert.Null(await supervisor.ReadyAsync(CancellationToken.None));
    }

    [Fact]
    [Spec("GRP-146")]
    public async Task One_that_goes_away_finishes_its_calls_beside_the_next()
    {
        await using var supervisor = Supervise(s_settings);
        await UntilAsync(() => supervisor.Link is not null, supervisor);
        var (leaving, process) = (_links.Single(), _processes.Single());
        leaving.Calls = new(TaskCreationOptions.RunContinuationsAsynchronously);
        leaving.Leave();
        await UntilAsync(() => _links.Count == 2 && supervisor.Link is not null, supervisor);
        Assert.True(leaving.IsDrained);
        Assert.False(process.End.IsCompleted);
        Assert.False(leaving.IsDisposed);
        leaving.Calls.SetResult();
        await UntilAsync(() => process.End.IsCompleted && leaving.IsDisposed, supervisor);
        Assert.False(_processes.Last().End.IsCompleted);
    }

    private Supervisor Supervise(SupervisorSettings settings, SidecarConnect? connect = null) => new("acme", StartAsync, connect ?? ConnectAsync, settings, TimeProvider.System, _log);

    private async Task<SidecarProcess> StartAsync()
    {
        var process = await SidecarProcess.StartAsync(new() { Command = ["/usr/bin/sleep", "1000"], Folder = "/" }, [], static _ => { }, static _ => { });
        _processes.Enqueue(process);
        return process;
    }

    private Task<ISidecarLink> ConnectAsync(SidecarProcess? process, CancellationToken cancellationToken)
    {
        var link = new FakeLink();
        _links.Enqueue(link);
        return Task.FromResult<ISidecarLink>(link);
    }

    private Task UntilAsync(Func<bool> condition, Supervisor supervisor) =>
        Wait.UntilAsync(condition, () => $"{supervisor.State} {supervisor.Reason}\n{string.Join("\n", _log)}");

    private sealed class FakeLink : ISidecarLink
    {
        private readonly TaskCompletionSource _broken = new();

        private readonly TaskCompletionSource _goingAway = new();

        private long _heard;

        public Task Broken => _broken.Task;

        public Task Leaving => _goingAway.Task;

        public Task<bool> Health { get; set; } = Task.FromResult(true);

        public bool IsDrained { get; private set; }

        public bool IsDisposed { get; private set; }

        public string Reason => "";

        /// <summary>Messages that come between two looks; without it none do.</summary>
        public Func<int, bool>? IsHeard { get; set; }

        public int Looks { get; private set; }

        public long Heard
        {
            get
            {
                _heard += IsHeard?.Invoke(++Looks) == true ? 1 : 0;
                return _heard;
            }
        }

        public string LostFor { get; private set; } = "";

        public void Lose(string reason) => LostFor = reason;

        public void Leave() => _goingAway.TrySetResult();

        public TaskCompletionSource? Calls { get; set; }

        public void Break() => _broken.TrySetResult();

        public Task<bool> IsHealthyAsync(CancellationToken cancellationToken) => Health;

        public Task DrainAsync(CancellationToken cancellationToken)
        {
            IsDrained = true;
            return Calls?.Task ?? Task.CompletedTask;
        }

        public Task Ending { get; set; } = Task.CompletedTask;

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return new(Ending);
        }
    }

    private sealed class Lines : ConcurrentQueue<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Enqueue(formatter(state, exception));
    }
}
