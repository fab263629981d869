namespace Gateway.Commands;

/// <summary>
/// Reloads one after the other, whoever asks for them. Those who ask while one is under way share the next: it begins after they asked, so
/// it sees what they want to be seen.
/// </summary>
/// <param name="reload">One reload; must not fail.</param>
internal sealed class ReloadQueue(Func<Task<ReloadOutcome>> reload)
{
    private readonly object _gate = new();
    private Task<ReloadOutcome>? _running;
    private Task<ReloadOutcome>? _next;
    private bool _isClosed;

    /// <summary>The last reload that has ended, or <see langword="null"/>.</summary>
    public ReloadOutcome? Last { get; private set; }

    /// <summary>Asks for a reload; <see langword="null"/> when the gateway is stopping.</summary>
    public Task<ReloadOutcome>? Request()
    {
        lock (_gate)
        {
            if (_next is not null)
                return _next;
            if (_isClosed)
                return null;
            if (_running is { IsCompleted: false })
                return _next = RunAfterAsync(_running);
            return _running = RunAsync();
        }
    }

    /// <summary>Lets no reload begin any more, and returns when the one that is under way has ended.</summary>
    public async Task CloseAsync()
    {
        Task last;
        lock (_gate)
        {
            _isClosed = true;
            last = (Task?)_next ?? _running ?? Task.CompletedTask;
        }
        await last.ConfigureAwait(false);
    }

    private async Task<ReloadOutcome> RunAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool isClosed;
        lock (_gate)
        {
            (_running, _next) = (_next, null);
            isClosed = _isClosed;
        }
        return isClosed ? Last! with { Refusal = "the gateway is stopping", Findings = [] } : await RunAsync().ConfigureAwait(false);
    }

    private async Task<ReloadOutcome> RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var outcome = await reload().ConfigureAwait(false);
        Last = outcome;
        return outcome;
    }
}
