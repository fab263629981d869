using FsCheck.Fluent;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>The state machine against its model.</summary>
public sealed class ModelTests
{
    private const int Clients = 6;

    private static readonly FsCheck.Gen<BreakerSetting> s_settings =
        from maxErrors in Gen.Choose(0, 3)
        from interval in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(5, 40)))
        from timeout in Gen.Choose(1, 20)
        select new BreakerSetting(maxErrors, interval, timeout);

    private static readonly FsCheck.Gen<Outcome> s_outcomes =
        Gen.Frequency((5, Gen.Constant(Outcome.Failure)), (3, Gen.Constant(Outcome.Success)), (2, Gen.Constant(Outcome.Neutral)));

    [Fact]
    [Spec("TRF-100", "TRF-101", "TRF-102", "TRF-103", "TRF-104", "TRF-107", "TRF-112", "TRF-363")]
    public void The_breaker_agrees_with_the_model_in_random_schedules_of_overlapping_calls()
    {
        var steps = from client in Gen.Choose(0, Clients - 1)
                    from wait in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, 14)))
                    from outcome in s_outcomes
                    select new Step(client, wait, outcome);

        Schedules.Check(2000, s_settings, steps, 120, RunInOrder);
    }

    // Each client calls, or ends its call, when it is its turn.
    private static void RunInOrder(BreakerSetting setting, Step[] steps)
    {
        var breaker = setting.Create();
        var model = new BreakerModel(setting);
        var calls = new (long Generation, long Era)?[Clients];
        long now = 0;
        foreach (var step in steps)
        {
            now += step.Wait;
            if (calls[step.Client] is { } call)
            {
                var (next, expected) = model.Exit(now, call.Era, step.Outcome);
                var made = breaker.Exit(now, call.Generation, step.Outcome);
                Assert.Equal((expected.IsChange, expected.To), (made.IsChange, made.IsChange ? made.To : expected.To));
                (model, calls[step.Client]) = (next, null);
            }
            else
            {
                var (next, refusal, transition) = model.Enter(now);
                Assert.Equal(refusal, breaker.Enter(now, out var generation, out var made));
                Assert.Equal(transition, made);
                model = next;
                if (refusal == Refusal.None)
                    calls[step.Client] = (generation, model.Era);
            }
            Assert.Equal(model.State, breaker.State);
        }
    }

    [Fact]
    [Spec("TRF-103", "TRF-104", "TRF-363")]
    public void What_threads_see_at_the_same_time_they_could_have_seen_one_after_the_other()
    {
        using var crew = new Crew(Phase.Threads);
        var phases = from wait in Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Choose(1, 45)))
                     from outcomes in s_outcomes.ArrayOf(Phase.Threads * Phase.Turns)
                     select new Phase(wait, outcomes);

        Schedules.Check(1500, s_settings, phases, 12, (setting, schedule) => RunTogether(crew, setting, schedule));
    }

    private static void RunTogether(Crew crew, BreakerSetting setting, Phase[] phases)
    {
        var breaker = setting.Create();
        var open = new long?[Phase.Threads];
        var possible = new HashSet<BreakerModel> { new(setting) };
        long now = 0;
        for (var i = 0; i < phases.Length; i++)
        {
            now += phases[i].Wait;
            var seen = new Seen[Phase.Threads][];
            crew.Run(thread => seen[thread] = TakeTurns(breaker, now, phases[i].OutcomesOf(thread), ref open[thread]));
            possible = Explanation.Search(possible, seen, now);
            possible.RemoveWhere(model => model.State != breaker.State);
            Assert.True(possible.Count > 0, $"phase {i}: no order explains {string.Join(" | ", seen.Select(static s => string.Join(", ", s)))}");
        }
    }

    private static Seen[] TakeTurns(Breaker breaker, long now, ReadOnlySpan<Outcome> outcomes, ref long? open)
    {
        var seen = new Seen[outcomes.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (open is { } generation)
            {
                seen[i] = new Seen(false, generation, outcomes[i], default, breaker.Exit(now, generation, outcomes[i]));
                open = null;
                continue;
            }
            var refusal = breaker.Enter(now, out generation, out var transition);
            seen[i] = new Seen(true, generation, default, refusal, transition);
            open = refusal == Refusal.None ? generation : null;
        }
        return seen;
    }

    private sealed record Step(int Client, int Wait, Outcome Outcome);

    private sealed record Phase(int Wait, Outcome[] Outcomes)
    {
        public const int Threads = 2;
        public const int Turns = 7;

        public ReadOnlySpan<Outcome> OutcomesOf(int thread) => Outcomes.AsSpan(thread * Turns, Turns);

        public override string ToString() => $"+{Wait} {string.Join(',', Outcomes)}";
    }
}
