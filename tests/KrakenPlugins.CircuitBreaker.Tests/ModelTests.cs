using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>The state machine against a model that remembers everything that ever happened and derives each answer from it.</summary>
public sealed class ModelTests
{
    private const int Schedules = 4000;
    private const int Steps = 150;
    private const int Clients = 6;

    [Fact]
    [Spec("TRF-100", "TRF-101", "TRF-102", "TRF-103", "TRF-104", "TRF-107", "TRF-112", "TRF-363")]
    public void The_breaker_agrees_with_the_model_in_random_schedules_of_overlapping_calls()
    {
        for (var seed = 0; seed < Schedules; seed++)
            Run(seed);
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var (maxErrors, interval, timeout) = (random.Next(4), random.Next(3) == 0 ? 0 : random.Next(5, 40), random.Next(1, 20));
        var breaker = new Breaker(maxErrors, interval, timeout, 0);
        var model = new Model(maxErrors, interval, timeout);
        var calls = new (long Generation, int Era)?[Clients];
        long now = 0;
        for (var step = 0; step < Steps; step++)
        {
            now += random.Next(4) == 0 ? random.Next(15) : 0;
            var client = random.Next(Clients);
            if (calls[client] is { } call)
            {
                var outcome = random.Next(10) switch { < 5 => Outcome.Failure, < 8 => Outcome.Success, _ => Outcome.Neutral };
                var expected = model.Exit(now, call.Era, outcome);
                Assert.True(expected == breaker.Exit(now, call.Generation, outcome), $"seed {seed}, step {step}: the end of a call");
                calls[client] = null;
            }
            else
            {
                var (refusal, transition, era) = model.Enter(now);
                var given = breaker.Enter(now, out var generation, out var made);
                Assert.True((refusal, transition) == (given, made), $"seed {seed}, step {step}: expected {refusal} {transition}, found {given} {made}");
                if (given == Refusal.None)
                    calls[client] = (generation, era);
            }
            Assert.True(model.State == breaker.State, $"seed {seed}, step {step}: expected {model.State}, found {breaker.State}");
        }
    }

    private sealed class Model(int maxErrors, int interval, int timeout)
    {
        // An era is a state or a window of the closed state; what ended in it, in order; who is in it.
        private readonly List<(BreakerState State, long Since, List<Outcome> Ended, int Inside)> _eras = [(BreakerState.Closed, 0, [], 0)];

        public BreakerState State => _eras[^1].State;

        public (Refusal Refusal, Transition Transition, int Era) Enter(long now)
        {
            var before = State;
            if (State == BreakerState.Closed && interval > 0 && now - _eras[^1].Since > interval)
                _eras.Add((BreakerState.Closed, now, [], 0));
            if (State == BreakerState.Open && now - _eras[^1].Since > timeout)
                _eras.Add((BreakerState.HalfOpen, now, [], 0));
            var transition = new Transition(before, State);
            if (State == BreakerState.Open)
                return (Refusal.Open, default, 0);
            if (State == BreakerState.HalfOpen && _eras[^1].Inside > 0)
                return (Refusal.ProbeUnderWay, default, 0);
            _eras[^1] = _eras[^1] with { Inside = _eras[^1].Inside + 1 };
            return (Refusal.None, transition.IsChange ? transition : default, _eras.Count - 1);
        }

        public Transition Exit(long now, int era, Outcome outcome)
        {
            var (state, since, ended, inside) = _eras[era];
            if (era != _eras.Count - 1 || (state == BreakerState.Closed && interval > 0 && now - since > interval))
                return default;
            _eras[era] = (state, since, ended, inside - 1);
            if (outcome != Outcome.Neutral)
                ended.Add(outcome);
            BreakerState? next = state == BreakerState.HalfOpen
                ? outcome switch { Outcome.Success => BreakerState.Closed, Outcome.Failure => BreakerState.Open, _ => null }
                : Enumerable.Reverse(ended).TakeWhile(static o => o == Outcome.Failure).Count() > maxErrors ? BreakerState.Open : null;
            if (next is not { } to)
                return default;
            _eras.Add((to, now, [], 0));
            return new Transition(state, to);
        }
    }
}
