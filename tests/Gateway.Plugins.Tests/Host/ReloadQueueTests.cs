using Gateway.Commands;
using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>Reloads one after the other, whoever asks.</summary>
public sealed class ReloadQueueTests
{
    private readonly List<TaskCompletionSource<ReloadOutcome>> _begun = [];
    private readonly ReloadQueue _queue;

    public ReloadQueueTests() => _queue = new(() =>
    {
        var reload = new TaskCompletionSource<ReloadOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_begun)
            _begun.Add(reload);
        return reload.Task;
    });

    [Fact, Spec("CFG-334")]
    public async Task Those_who_ask_during_a_reload_share_the_next_one()
    {
        var first = _queue.Request()!;
        await BegunAsync(1);
        var second = _queue.Request()!;
        var third = _queue.Request()!;

        Assert.NotSame(first, second);
        Assert.Same(second, third);
        End(0);
        await first;
        await BegunAsync(2);
        var fourth = _queue.Request()!;
        End(1);
        Assert.Equal(2, (await second).Generation);
        await BegunAsync(3);
        End(2);

        Assert.Equal(3, (await fourth).Generation);
        Assert.Equal(3, _queue.Last!.Generation);
    }

    [Fact, Spec("CFG-334")]
    public async Task A_queue_that_is_closed_ends_what_it_began_and_begins_nothing()
    {
        var first = _queue.Request()!;
        await BegunAsync(1);
        var second = _queue.Request()!;

        var closed = _queue.CloseAsync();

        Assert.False(closed.IsCompleted);
        End(0);
        await closed;
        Assert.Null((await first).Refusal);
        Assert.Equal("the gateway is stopping", (await second).Refusal);
        Assert.Single(_begun);
        Assert.Null(_queue.Request());
    }

    private Task BegunAsync(int count) => Wait.UntilAsync(() =>
    {
        lock (_begun)
            return _begun.Count == count;
    }, () => $"{_begun.Count} have begun, not {count}");

    private void End(int index)
    {
        lock (_begun)
            _begun[index].SetResult(new ReloadOutcome(null, [], index + 1, DateTimeOffset.UnixEpoch, TimeSpan.Zero));
    }
}
