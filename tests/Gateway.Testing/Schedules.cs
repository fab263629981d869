using FsCheck;
using FsCheck.Fluent;

namespace Gateway.Testing;

/// <summary>
/// Runs a check with many random schedules and, of one that fails, reports the shortest that still does. A plain run has the same schedules each
/// time; with <c>TEST_FULL=1</c> they are others each time, and twenty times as many.
/// </summary>
public static class Schedules
{
    private const int FullFactor = 20;

    private static readonly bool s_isFull = Environment.GetEnvironmentVariable("TEST_FULL") == "1";

    /// <summary>Checks <paramref name="count"/> schedules; throws with the first that fails, as short as it gets.</summary>
    /// <typeparam name="TSetting">What a schedule is run with.</typeparam>
    /// <typeparam name="TStep">A step of it.</typeparam>
    /// <param name="count">Schedules of a plain run.</param>
    /// <param name="setting">Makes settings.</param>
    /// <param name="step">Makes steps.</param>
    /// <param name="steps">The most steps that a schedule has.</param>
    /// <param name="check">Throws for a schedule that fails.</param>
    public static void Check<TSetting, TStep>(int count, Gen<TSetting> setting, Gen<TStep> step, int steps, Action<TSetting, TStep[]> check)
    {
        var schedules = from s in setting
                        from length in Gen.Choose(1, steps)
                        from list in step.ArrayOf(length)
                        select new Schedule<TSetting, TStep>(s, list);
        var property = Prop.ForAll(Arb.From(schedules, Shorter), schedule => check(schedule.Setting, schedule.Steps));
        var config = Config.QuickThrowOnFailure.WithMaxTest(s_isFull ? count * FullFactor : count);
        FsCheck.Check.One(s_isFull ? config : config.WithReplay(370, 371), property);
    }

    // Without the second or first half, then without each step.
    private static IEnumerable<Schedule<TSetting, TStep>> Shorter<TSetting, TStep>(Schedule<TSetting, TStep> schedule)
    {
        for (var size = schedule.Steps.Length / 2; size > 0; size /= 2)
        {
            for (var start = schedule.Steps.Length - size; start >= 0; start -= size)
                yield return schedule with { Steps = [.. schedule.Steps[..start], .. schedule.Steps[(start + size)..]] };
        }
    }

    private sealed record Schedule<TSetting, TStep>(TSetting Setting, TStep[] Steps)
    {
        public override string ToString() => $"{Setting}: {string.Join("; ", Steps)}";
    }
}
