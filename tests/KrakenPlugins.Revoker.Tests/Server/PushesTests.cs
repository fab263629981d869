using Gateway.Testing;
using KrakenPlugins.Revoker.Server;
using KrakenPlugins.Revoker.Tests.Port;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Server;

public sealed class PushesTests : IAsyncLifetime
{
    private const int Gateways = 9;

    private readonly List<Wire> _gateways = [.. Enumerable.Range(0, Gateways).Select(static _ => new Wire())];
    private readonly InstanceTable _instances = new();

    public Task InitializeAsync()
    {
        _gateways.ForEach(gateway => _instances.TryAdd(new Instance(gateway.Address, Guid.NewGuid())));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var gateway in _gateways)
            await gateway.DisposeAsync();
    }

    [Theory, Spec("AUT-090")]
    [InlineData(1)]
    [InlineData(4)]
    public async Task No_more_pushes_run_at_a_time_than_there_are_workers_and_all_gateways_are_reached(int workers)
    {
        using var pushes = new Pushes(_instances, [], workers, 0, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        using var turn = new SemaphoreSlim(0);
        var (running, most, done) = (0, 0, 0);

        var all = pushes.AllAsync(async _ =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await turn.WaitAsync();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
        });
        for (var i = 0; i < Gateways; i++)
        {
            // As many as may run do run, also when some are done: each that ends lets the next one in.
            var expected = Math.Min(workers, Gateways - i);
            await Wait.UntilAsync(() => Volatile.Read(ref running) == expected, () => $"{running} pushes run, {expected} were expected");
            turn.Release();
            var ended = i + 1;
            await Wait.UntilAsync(() => Volatile.Read(ref done) == ended, () => $"{done} pushes have ended");
        }
        await all;

        Assert.Equal(workers, most);
        Assert.Equal(Gateways, done);
    }

    [Fact, Spec("AUT-090")]
    public async Task Two_revocations_at_a_time_share_the_workers()
    {
        using var pushes = new Pushes(_instances, [], 2, 0, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        using var turn = new SemaphoreSlim(0);
        var (running, most) = (0, 0);
        async Task PushAsync()
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await turn.WaitAsync();
            Interlocked.Decrement(ref running);
        }

        var all = Task.WhenAll(pushes.AllAsync(_ => PushAsync()), pushes.AllAsync(_ => PushAsync()));
        await Wait.UntilAsync(() => Volatile.Read(ref running) == 2, () => $"{running} pushes run");
        turn.Release(2 * Gateways);
        await all;

        Assert.Equal(2, most);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
            seen = Interlocked.CompareExchange(ref most, value, seen) is var before && before == seen ? value : before;
    }
}
