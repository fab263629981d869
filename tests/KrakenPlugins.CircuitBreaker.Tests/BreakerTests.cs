using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>The state machine, one call after the other.</summary>
public sealed class BreakerTests
{
    private long _now;

    [Theory]
    [Spec("TRF-100")]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(5, 6)]
    public void One_failure_more_than_tolerated_opens(long maxErrors, int calls)
    {
        var breaker = new Breaker(maxErrors, 0, 10, 0);

        for (var i = 0; i < calls; i++)
        {
            Assert.Equal(BreakerState.Closed, breaker.State);
            Call(breaker, Outcome.Failure);
        }

        Assert.Equal(Refusal.Open, breaker.Enter(_now, out _, out _));
    }

    [Fact]
    [Spec("TRF-101")]
    public void A_success_sets_the_count_to_zero()
    {
        var breaker = new Breaker(2, 0, 10, 0);

        foreach (var outcome in new[] { Outcome.Failure, Outcome.Failure, Outcome.Success, Outcome.Failure, Outcome.Failure })
            Call(breaker, outcome);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Outcome.Failure);

        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    [Spec("TRF-102")]
    public void Failures_on_either_side_of_a_window_do_not_add_up()
    {
        var breaker = new Breaker(1, 60, 10, 0);

        _now = 59;
        Call(breaker, Outcome.Failure);
        _now = 61;
        Call(breaker, Outcome.Failure);
        Assert.Equal(BreakerState.Closed, breaker.State);
        _now = 121;
        Call(breaker, Outcome.Failure);

        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    [Spec("TRF-102")]
    public void Without_interval_failures_are_never_forgotten()
    {
        var breaker = new Breaker(1, 0, 10, 0);

        Call(breaker, Outcome.Failure);
        _now = long.MaxValue / 8;
        Call(breaker, Outcome.Failure);

        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    [Spec("TRF-103")]
    public void What_began_before_a_change_says_nothing_after_it()
    {
        var breaker = new Breaker(0, 0, 10, 0);
        breaker.Enter(_now, out var lateFailure, out _);
        breaker.Enter(_now, out var lateSuccess, out _);
        Call(breaker, Outcome.Failure);
        _now = 11;
        Assert.Equal(Refusal.None, breaker.Enter(_now, out var probe, out _));

        Assert.False(breaker.Exit(_now, lateFailure, Outcome.Failure).IsChange);
        Assert.False(breaker.Exit(_now, lateSuccess, Outcome.Success).IsChange);
        Assert.Equal(Refusal.ProbeUnderWay, breaker.Enter(_now, out _, out _));
        breaker.Exit(_now, probe, Outcome.Success);
        Assert.False(breaker.Exit(_now, lateFailure, Outcome.Failure).IsChange);

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    [Spec("TRF-103")]
    public void What_began_in_an_older_window_says_nothing()
    {
        var breaker = new Breaker(0, 60, 10, 0);
        breaker.Enter(_now, out var late, out _);
        _now = 61;

        Assert.False(breaker.Exit(_now, late, Outcome.Failure).IsChange);
        Call(breaker, Outcome.Success);
        Assert.False(breaker.Exit(_now, late, Outcome.Failure).IsChange);

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    [Spec("TRF-104", "TRF-107")]
    public void The_next_call_after_the_timeout_is_the_only_probe()
    {
        var breaker = new Breaker(0, 0, 10, 0);
        Call(breaker, Outcome.Failure);
        _now = 10;
        Assert.Equal(Refusal.Open, breaker.Enter(_now, out _, out _));
        _now = 1000;
        Assert.Equal(BreakerState.Open, breaker.State);

        Assert.Equal(Refusal.None, breaker.Enter(_now, out var probe, out var transition));
        Assert.Equal(new Transition(BreakerState.Open, BreakerState.HalfOpen), transition);
        Assert.Equal(Refusal.ProbeUnderWay, breaker.Enter(_now, out _, out _));
        Assert.Equal(new Transition(BreakerState.HalfOpen, BreakerState.Open), breaker.Exit(_now, probe, Outcome.Failure));
        _now += 10;
        Assert.Equal(Refusal.Open, breaker.Enter(_now, out _, out _));
        _now++;
        Assert.Equal(Refusal.None, breaker.Enter(_now, out probe, out _));

        Assert.Equal(new Transition(BreakerState.HalfOpen, BreakerState.Closed), breaker.Exit(_now, probe, Outcome.Success));
    }

    [Fact]
    [Spec("TRF-112")]
    public void A_neutral_call_counts_for_nothing_and_frees_the_place_of_the_probe()
    {
        var breaker = new Breaker(1, 0, 10, 0);
        foreach (var outcome in new[] { Outcome.Failure, Outcome.Neutral, Outcome.Neutral })
            Call(breaker, outcome);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Outcome.Failure);
        Assert.Equal(BreakerState.Open, breaker.State);
        _now = 11;
        breaker.Enter(_now, out var probe, out _);

        Assert.False(breaker.Exit(_now, probe, Outcome.Neutral).IsChange);

        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        Assert.Equal(Refusal.None, breaker.Enter(_now, out _, out _));
        Assert.Equal(Refusal.ProbeUnderWay, breaker.Enter(_now, out _, out _));
    }

    [Fact]
    [Spec("TRF-363")]
    public void Of_many_threads_one_is_the_probe()
    {
        using var crew = new Crew(2);
        for (var round = 0; round < 1000; round++)
        {
            var breaker = new Breaker(0, 0, 10, 0);
            Call(breaker, Outcome.Failure);
            var admitted = 0;

            crew.Run(_ =>
            {
                if (breaker.Enter(11, out var _, out var _) == Refusal.None)
                    Interlocked.Increment(ref admitted);
            });

            Assert.Equal(1, admitted);
        }
    }

    [Fact]
    [Spec("TRF-363")]
    public void Calls_through_a_closed_breaker_allocate_nothing()
    {
        var breaker = new Breaker(3, 60, 10, 0);

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                Call(breaker, Outcome.Success);
        }));
    }

    private void Call(Breaker breaker, Outcome outcome)
    {
        Assert.True(breaker.Enter(_now, out var generation, out _) == Refusal.None);
        breaker.Exit(_now, generation, outcome);
    }
}
