using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.Core.Tests.Plugins;

/// <summary>Waits between attempts to connect.</summary>
public sealed class BackoffStrategyTests
{
    [Theory, Spec("NRC-259", "NRC-261", "NRC-263", "NRC-265")]
    [InlineData("linear", "0 1 2 3 4 5 6 7 8")]
    [InlineData("Exponential", "1 2 4 8 16 32 64 128 256")]
    [InlineData("fallback", "1 1 1 1 1 1 1 1 1")]
    [InlineData("fibonacci", "1 1 1 1 1 1 1 1 1")]
    [InlineData("", "1 1 1 1 1 1 1 1 1")]
    [InlineData(null, "1 1 1 1 1 1 1 1 1")]
    public void Waits_grow_as_the_strategy_says(string? name, string seconds)
    {
        var strategy = BackoffStrategy.Parse(name);

        var waits = Enumerable.Range(0, 9).Select(r => strategy.Delay(r).TotalSeconds.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(seconds, string.Join(' ', waits));
    }

    [Theory, Spec("NRC-265")]
    [InlineData("linear")]
    [InlineData("linear-jitter")]
    [InlineData("exponential")]
    [InlineData("exponential-jitter")]
    public void No_wait_is_longer_than_five_minutes(string name)
    {
        var strategy = BackoffStrategy.Parse(name);

        Assert.All([400, 5000, int.MaxValue], r => Assert.InRange(strategy.Delay(r), TimeSpan.FromSeconds(200), TimeSpan.FromMinutes(5)));
    }

    [Theory, Spec("NRC-260", "NRC-262")]
    [InlineData("linear-jitter", 6, 6)]
    [InlineData("exponential-jitter", 4, 16)]
    public void Jitter_spreads_a_wait_by_at_most_a_third(string name, int failures, int seconds)
    {
        var strategy = BackoffStrategy.Parse(name, new Random(1));

        var waits = Enumerable.Range(0, 1000).Select(_ => strategy.Delay(failures).TotalSeconds).ToArray();

        Assert.All(waits, wait => Assert.InRange(wait, seconds * 2 / 3.0, seconds * 4 / 3.0));
        Assert.InRange(waits.Min(), 0, seconds * 0.75);
        Assert.InRange(waits.Max(), seconds * 1.25, double.MaxValue);
    }

    [Fact, Spec("NRC-260")]
    public void Jitter_never_falls_below_a_millisecond() =>
        Assert.Equal(TimeSpan.FromMilliseconds(1), BackoffStrategy.Parse("linear-jitter").Delay(0));

    [Fact, Spec("NRC-231", "NRC-259")]
    public async Task The_first_attempt_is_at_once_and_no_more_are_made_than_allowed()
    {
        var time = new InstantTime();
        var attempts = new Reconnection(4, BackoffStrategy.Parse("exponential"), time);
        var made = 0;

        while (await attempts.NextAsync(CancellationToken.None))
            made++;

        Assert.Equal(5, made);
        Assert.Equal([1, 2, 4, 8], time.Waits);
    }

    [Fact, Spec("NRC-231", "NRC-264")]
    public async Task A_run_of_more_than_five_seconds_begins_the_count_anew()
    {
        var time = new InstantTime();
        var attempts = new Reconnection(2, BackoffStrategy.Parse("exponential"), time);

        for (var i = 0; i < 10; i++)
        {
            Assert.True(await attempts.NextAsync(CancellationToken.None));
            time.Pass(TimeSpan.FromSeconds(i % 2 == 0 ? 5 : 6));
        }

        Assert.Equal([1, 1, 2, 1, 2, 1, 2, 1, 2], time.Waits);
    }

    [Fact, Spec("NRC-264")]
    public async Task A_success_begins_the_count_anew()
    {
        var time = new InstantTime();
        var attempts = new Reconnection(0, BackoffStrategy.Parse("linear"), time);

        for (var i = 0; i < 4; i++)
            await attempts.NextAsync(CancellationToken.None);
        attempts.Succeeded();
        await attempts.NextAsync(CancellationToken.None);
        await attempts.NextAsync(CancellationToken.None);

        // The waits of 0 seconds take no timer.
        Assert.Equal([1, 2, 1], time.Waits);
    }

    [Fact, Spec("NRC-265")]
    public async Task A_wait_ends_early_when_the_gateway_stops()
    {
        var attempts = new Reconnection(0, BackoffStrategy.Parse("fallback"), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        await attempts.NextAsync(stop.Token);

        var next = attempts.NextAsync(stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
