using System.Collections.Concurrent;
using Gateway.Core.Server;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gateway.Core.Tests.Server;

public sealed class GenerationScopeTests
{
    private readonly Messages _log = new();

    [Fact]
    public async Task What_is_kept_is_disposed_once_last_first()
    {
        var order = new List<string>();
        var scope = new GenerationScope(_log, TimeProvider.System);
        var shared = new Part(() => order.Add("first"));
        scope.Keep(shared);
        scope.Keep(new object());
        scope.Keep(new Part(() => order.Add("second")));
        scope.Keep(shared);

        await scope.DisposeAsync();
        await scope.DisposeAsync();

        Assert.Equal(["second", "first"], order);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_part_that_hangs_is_left_to_itself_and_its_late_fault_is_logged()
    {
        var hang = new TaskCompletionSource();
        var isLastDisposed = false;
        var clock = new HeldClock();
        var scope = new GenerationScope(_log, clock);
        scope.Keep(new Part(() => isLastDisposed = true));
        scope.Keep(new AsyncPart(hang.Task));

        var disposal = scope.DisposeAsync().AsTask();
        await clock.PassLimitAsync();
        await disposal;

        Assert.True(isLastDisposed);
        Assert.Contains("has not ended 5 s after its configuration", Assert.Single(_log.Lines), StringComparison.Ordinal);
        hang.SetException(new InvalidOperationException("late"));
        await Gateway.Testing.Wait.UntilAsync(() => _log.Lines.Length == 2, () => string.Join('\n', _log.Lines));
        Assert.Contains("failed at the end of its configuration", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_blocks_its_thread_holds_nobody_up()
    {
        using var gate = new ManualResetEventSlim();
        var clock = new HeldClock();
        var scope = new GenerationScope(_log, clock);
        scope.Keep(new Part(() => gate.Wait()));

        var disposal = scope.DisposeAsync().AsTask();
        await clock.PassLimitAsync();
        await disposal;

        Assert.Contains("has not ended 5 s after its configuration", Assert.Single(_log.Lines), StringComparison.Ordinal);
        gate.Set();
    }

    [Fact]
    public async Task The_token_of_the_end_outlives_it()
    {
        var scope = new GenerationScope(_log, TimeProvider.System);
        var stopping = scope.Stopping;

        await scope.StopAsync();
        await scope.DisposeAsync();

        Assert.True(stopping.IsCancellationRequested);
        Assert.True(scope.Stopping.WaitHandle.WaitOne(0));
    }

    [Fact]
    public void A_service_is_known_by_its_type_and_the_first_stays()
    {
        var scope = new GenerationScope(_log, TimeProvider.System);

        Assert.True(scope.TryProvide(typeof(IComparable), "a"));
        Assert.False(scope.TryProvide(typeof(IComparable), "b"));

        Assert.Equal("a", scope.Service<IComparable>());
        Assert.Null(scope.Service<IFormattable>());
    }

    private sealed class Part(Action dispose) : IDisposable
    {
        public void Dispose() => dispose();
    }

    private sealed class AsyncPart(Task end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(end);
    }

    /// <summary>A clock on which a limit passes when the test says so.</summary>
    private sealed class HeldClock : TimeProvider
    {
        private readonly ConcurrentBag<HeldTimer> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HeldTimer(() => callback(state));
            _timers.Add(timer);
            return timer;
        }

        /// <summary>Waits until something waits that has not ended, and lets its time pass.</summary>
        public async Task PassLimitAsync()
        {
            await Gateway.Testing.Wait.UntilAsync(() => _timers.Any(static t => !t.IsDisposed), static () => "nobody waits");
            foreach (var timer in _timers)
                timer.Fire();
        }
    }

    private sealed class HeldTimer(Action fire) : ITimer
    {
        public bool IsDisposed { get; private set; }

        public void Fire()
        {
            if (!IsDisposed)
                fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Messages : ILogger
    {
        private readonly List<string> _lines = [];

        public string[] Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }
    }
}
