using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Retries.Tests;

/// <summary>The budget against a model that remembers every call and every further attempt.</summary>
public sealed class RetryBudgetTests
{
    private const int Schedules = 1000;
    private const int Steps = 120;

    [Fact, Spec("RTE-427")]
    public void The_budget_agrees_with_the_model_in_random_schedules()
    {
        for (var seed = 0; seed < Schedules; seed++)
            Run(seed);
    }

    [Fact, Spec("RTE-427")]
    public async Task Threads_take_no_more_than_there_is()
    {
        const int Threads = 4, Calls = 20_000, Minimum = 50;
        var budget = new RetryBudget(0.1, Minimum, 1_000_000);
        var taken = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Calls; i++)
            {
                budget.Call(i);
                if (budget.TryTake(i, out var _))
                    Interlocked.Increment(ref taken);
            }
        })));

        Assert.Equal((Threads * Calls / 10) + Minimum, taken);
    }

    [Fact, Spec("RTE-427")]
    public void Attack_an_outage_does_not_flood_the_log()
    {
        const int Window = 1000;
        var budget = new RetryBudget(0.2, 0, Window);
        int news = 0, taken = 0;
        for (var now = 0; now < 5 * Window; now++)
        {
            budget.Call(now);
            taken += budget.TryTake(now, out var isChange) ? 1 : 0;
            news += isChange ? 1 : 0;
        }
        Assert.InRange(taken, Window / 2, Window);
        Assert.Equal(1, news);

        for (var now = 6 * Window; now < 6 * Window + 5; now++)
            budget.Call(now);
        Assert.True(budget.TryTake(6 * Window + 5, out var isBack));
        Assert.True(isBack);
        Assert.False(budget.TryTake(6 * Window + 5, out var isSpentAgain));
        Assert.True(isSpentAgain);
        Assert.False(budget.TryTake(8 * Window, out var isLater));
        Assert.True(isLater);
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var (ratio, minimum, slot) = (random.Next(5) * 0.25, random.Next(6), random.Next(1, 6));
        var budget = new RetryBudget(ratio, minimum, slot * RetryBudget.Slots);
        var calls = new List<long>();
        var retries = new List<long>();
        long now = random.Next(1000);
        for (var step = 0; step < Steps; step++)
        {
            now += random.Next(3) == 0 ? random.Next(20) : 0;
            if (random.Next(2) == 0)
            {
                budget.Call(now);
                calls.Add(now / slot);
                continue;
            }
            var since = (now / slot) - RetryBudget.Slots + 1;
            var expected = retries.Count(r => r >= since) + 1 <= minimum + (ratio * calls.Count(c => c >= since));
            Assert.True(expected == budget.TryTake(now, out var _), $"seed {seed}, step {step}: expected {expected}");
            if (expected)
                retries.Add(now / slot);
        }
    }
}
