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
        var scope = new GenerationScope(_log, new Hurried());
        scope.Keep(new Part(() => isLastDisposed = true));
        scope.Keep(new AsyncPart(hang.Task));

        await scope.DisposeAsync();

        Assert.True(isLastDisposed);
        Assert.Contains("has not ended 5 s after its configuration", Assert.Single(_log.Lines), StringComparison.Ordinal);
        hang.SetException(new InvalidOperationException("late"));
        await Gateway.Testing.Wait.UntilAsync(() => _log.Lines.Length == 2, () => string.Join('\n', _log.Lines));
        Assert.Contains("failed at the end of its configuration", _log.Lines[1], StringComparison.Ordinal);
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

    /// <summary>A clock on which every limit passes at once.</summary>
    private sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
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
