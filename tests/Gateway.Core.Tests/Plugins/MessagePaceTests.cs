using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.Core.Tests.Plugins;

/// <summary>The rate of an agent's worker.</summary>
public sealed class MessagePaceTests
{
    [Theory, Spec("NRC-229")]
    [InlineData(0.5, 4, 6)]
    [InlineData(1, 4, 3)]
    [InlineData(2.5, 12, 4)]
    [InlineData(10, 30, 2)]
    [InlineData(0, 1000, 0)]
    [InlineData(-1, 1000, 0)]
    public async Task Messages_wait_for_the_rate_behind_a_burst(double rate, int messages, double seconds)
    {
        var time = new InstantTime();
        var pace = new MessagePace(rate, time);

        for (var i = 0; i < messages; i++)
            await pace.WaitAsync(CancellationToken.None);

        Assert.Equal(seconds, time.Waits.Sum(), 1);
    }

    [Fact, Spec("NRC-229")]
    public async Task What_was_not_used_is_kept_up_to_the_burst()
    {
        var time = new InstantTime();
        var pace = new MessagePace(3, time);
        for (var i = 0; i < 3; i++)
            await pace.WaitAsync(CancellationToken.None);

        time.Pass(TimeSpan.FromHours(1));
        for (var i = 0; i < 6; i++)
            await pace.WaitAsync(CancellationToken.None);

        Assert.Equal(1, time.Waits.Sum(), 1);
    }

    [Fact, Spec("NRC-229")]
    public async Task A_wait_ends_early_when_the_agent_stops()
    {
        var pace = new MessagePace(0.0001, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        await pace.WaitAsync(stop.Token);

        var next = pace.WaitAsync(stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
