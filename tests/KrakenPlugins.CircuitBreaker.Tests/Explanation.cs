namespace KrakenPlugins.CircuitBreaker.Tests;

/// <summary>What a thread asked of a breaker, and what it was told.</summary>
/// <param name="IsEnter">Whether a call began; else one ended.</param>
/// <param name="Generation">Of the call.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Refusal">Why it did not begin.</param>
/// <param name="Transition">What it changed.</param>
internal readonly record struct Seen(bool IsEnter, long Generation, Outcome Outcome, Refusal Refusal, Transition Transition)
{
    // The breaker's word has the state in its two lowest bits.
    private long Era => Generation >> 2;

    public override string ToString() => IsEnter ? $"enter {Refusal} {Era}" : $"exit {Outcome} {Era}";

    /// <summary>What the model becomes by this step; <see langword="null"/> when it would have told the thread something else.</summary>
    public BreakerModel? After(BreakerModel model, long now)
    {
        if (!IsEnter)
        {
            var (next, transition) = model.Exit(now, Era, Outcome);
            return transition.IsChange == Transition.IsChange && (!transition.IsChange || transition == Transition) ? next : null;
        }
        var (entered, refusal, change) = model.Enter(now);
        return refusal == Refusal && change == Transition && (refusal != Refusal.None || entered.Era == Era) ? entered : null;
    }
}

/// <summary>Looks for an order of the steps of several threads in which a model tells each of them what it was told.</summary>
internal static class Explanation
{
    /// <summary>The models after all steps, in all orders that explain them; none when there is no such order.</summary>
    public static HashSet<BreakerModel> Search(HashSet<BreakerModel> before, Seen[][] seen, long now)
    {
        var after = new HashSet<BreakerModel>();
        var visited = new HashSet<(BreakerModel, int)>();
        foreach (var model in before)
            Visit(model, new int[seen.Length], seen, now, visited, after);
        return after;
    }

    private static void Visit(BreakerModel model, int[] done, Seen[][] seen, long now, HashSet<(BreakerModel, int)> visited, HashSet<BreakerModel> after)
    {
        var (place, isEnd) = (0, true);
        for (var i = 0; i < seen.Length; i++)
        {
            place = (place * (seen[i].Length + 1)) + done[i];
            isEnd &= done[i] == seen[i].Length;
        }
        if (!visited.Add((model, place)))
            return;
        if (isEnd)
            after.Add(model);
        for (var i = 0; i < seen.Length; i++)
        {
            if (done[i] == seen[i].Length || seen[i][done[i]].After(model, now) is not { } next)
                continue;
            done[i]++;
            Visit(next, done, seen, now, visited, after);
            done[i]--;
        }
    }
}
