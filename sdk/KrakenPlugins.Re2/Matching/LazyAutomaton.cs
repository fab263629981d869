namespace KrakenPlugins.Re2.Matching;

/// <summary>
/// Says whether a text matches, with a deterministic automaton whose states are made when they are first reached: one table look-up per
/// character. The states of a pattern take a few megabytes at most. Safe for concurrent use.
/// </summary>
internal sealed class LazyAutomaton
{
    // Below this many characters per state made since the states were last thrown away, making them does not pay.
    private const int MinCharactersPerState = 10;

    private readonly PikeMachine _fallback;
    private readonly CandidateSearch? _candidates;
    private readonly CharacterClasses _classes;
    private AutomatonStates _states;

    public LazyAutomaton(MatchProgram program, PikeMachine fallback)
    {
        _fallback = fallback;
        _candidates = program.Candidates;
        _classes = new CharacterClasses(program);
        _states = new AutomatonStates(program, _classes);
    }

    /// <summary>Whether there is a match at or after <paramref name="start"/>.</summary>
    public bool IsMatch(ReadOnlySpan<char> text, int start)
    {
        var states = Volatile.Read(ref _states);
        var state = states.Entry(Position.CodePointBefore(text, start));
        var (at, sinceReset) = (start, start);
        while (true)
        {
            at = Advance(text, at, ref state);
            if (state.IsFinal) return state.IsMatch;
            if (at == text.Length) return state.Next[_classes.Count] is { } end ? end.IsMatch : states.EndsInMatch(state);
            if (state.IsIdle)
            {
                var candidate = _candidates!.Next(text, at);
                if (candidate < 0) return false;
                if (candidate > at) state = states.Entry(Position.CodePointBefore(text, candidate));
                at = candidate;
            }
            var characterClass = Class(text, at, out var width);
            if ((state.Next[characterClass] ?? states.Follow(state, characterClass)) is { } next)
            {
                state = next;
                at += width;
                continue;
            }
            if ((at - sinceReset) / MinCharactersPerState < states.Count) return _fallback.Search(text, start, isAnchored: false, []);
            sinceReset = at;
            states = Reset(states);
            state = states.Adopt(state);
        }
    }

    // Goes on as long as the next state is known and an ordinary one.
    private int Advance(ReadOnlySpan<char> text, int at, ref AutomatonState state)
    {
        var ascii = _classes.Ascii;
        var current = state;
        while (!current.IsSpecial && (uint)at < (uint)text.Length)
        {
            var width = 1;
            var c = text[at];
            var next = current.Next[c < 128 ? ascii[c] : Class(text, at, out width)];
            if (next is null) break;
            current = next;
            at += width;
        }
        state = current;
        return at;
    }

    private int Class(ReadOnlySpan<char> text, int at, out int width) => _classes.Of(Position.CodePointAt(text, at, out width));

    private AutomatonStates Reset(AutomatonStates full)
    {
        var fresh = full.Fresh();
        var current = Interlocked.CompareExchange(ref _states, fresh, full);
        return current == full ? fresh : current;
    }
}
