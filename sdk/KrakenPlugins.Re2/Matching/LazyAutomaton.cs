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
    private readonly CharacterClasses _classes;
    private AutomatonStates _states;

    public LazyAutomaton(MatchProgram program, PikeMachine fallback)
    {
        _fallback = fallback;
        _classes = new CharacterClasses(program);
        _states = new AutomatonStates(program, _classes);
    }

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        var states = Volatile.Read(ref _states);
        var state = states.Start;
        var sinceReset = 0;
        for (var at = 0; at < text.Length && !state.IsFinal;)
        {
            var width = 1;
            var c = text[at];
            var characterClass = _classes.Of(char.IsSurrogate(c) ? Position.CodePointAt(text, at, out width) : c);
            var next = state.Next[characterClass] ?? states.Follow(state, characterClass);
            if (next is null)
            {
                if ((at - sinceReset) / MinCharactersPerState < states.Count) return _fallback.Search(text, 0, false, []);
                sinceReset = at;
                states = Reset(states);
                state = states.Adopt(state);
                continue;
            }
            state = next;
            at += width;
        }
        if (state.IsFinal) return state.IsMatch;
        return state.Next[_classes.Count] is { } end ? end.IsMatch : states.EndsInMatch(state);
    }

    private AutomatonStates Reset(AutomatonStates full)
    {
        var fresh = full.Fresh();
        var current = Interlocked.CompareExchange(ref _states, fresh, full);
        return current == full ? fresh : current;
    }
}
