using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// The configurations that were replaced, until nothing uses them any more: tells what outlives requests to end, cuts it at the limit, and
/// disposes when the last request has ended.
/// </summary>
/// <param name="limit">Time for what outlives requests.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Application log of the configuration that is current.</param>
internal sealed partial class Retirements(TimeSpan limit, TimeProvider time, Func<ILogger> logger) : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly List<Task> _tasks = [];
    private readonly List<Generation> _generations = [];
    private readonly CancellationTokenSource _cut = new();
    private readonly CancellationTokenSource _end = new();

    /// <summary>Takes a generation that gets no new requests.</summary>
    /// <returns>Completes when its agents and its connections have ended or were cut; never fails.</returns>
    public Task Add(Generation generation)
    {
        var ended = EndAsync(generation);
        lock (_gate)
        {
            _tasks.RemoveAll(static task => task.IsCompleted);
            _generations.Add(generation);
            _tasks.Add(DisposeAsync(generation, ended));
        }
        return ended;
    }

    /// <summary>Requests in progress on all of them.</summary>
    public int Requests
    {
        get
        {
            lock (_gate)
                return _generations.Sum(static generation => generation.Requests);
        }
    }

    /// <summary>Cuts what is left of all of them.</summary>
    public void Cut() => _cut.Cancel();

    /// <summary>Waits for no request any more, and returns when everything is disposed. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync().ConfigureAwait(false);
        await _end.CancelAsync().ConfigureAwait(false);
        Task[] tasks;
        lock (_gate)
            tasks = [.. _tasks];
        // The sources have no timer and stay: a stop that is still under way may cut once more.
        await Task.WhenAll(tasks).ConfigureAwait(false);
    }

    private async Task EndAsync(Generation generation)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _cut.Token);
        await generation.EndAsync(cut.Token).ConfigureAwait(false);
    }

    private async Task DisposeAsync(Generation generation, Task ended)
    {
        await ended.ConfigureAwait(false);
        generation.Retire();
        await generation.Unused.WaitAsync(_end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            _generations.Remove(generation);
        try
        {
            await generation.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.Failed(logger(), exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gateway] A component of the replaced configuration failed while it ended")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
