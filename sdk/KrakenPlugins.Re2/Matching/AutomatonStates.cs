using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2.Matching;

/// <summary>A set of instructions at which a program can be, closed over everything but the conditions of its position.</summary>
internal sealed class AutomatonState(int[] instructions, int before, int transitions)
{
    public int[] Instructions { get; } = instructions;

    /// <summary>What stands before the position, as far as a pending condition asks.</summary>
    public int Before { get; } = before;

    /// <summary>By character class, the end of the text last; <see langword="null"/> where not yet known.</summary>
    public AutomatonState?[] Next { get; } = new AutomatonState?[transitions];

    /// <summary>Whether no further character changes the answer.</summary>
    public bool IsFinal { get; init; }

    public bool IsMatch { get; init; }

    /// <summary>Whether no match is under way.</summary>
    public bool IsIdle { get; init; }

    /// <summary>Whether there is something better to do than to go on with the next character.</summary>
    public bool IsSpecial => IsFinal || IsIdle;
}

/// <summary>The states of one automaton up to a bound on memory. States are published complete, so readers take no lock.</summary>
internal sealed class AutomatonStates
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly AutomatonState s_match = new([], 0, 0) { IsFinal = true, IsMatch = true };
    private static readonly AutomatonState s_dead = new([], 0, 0) { IsFinal = true };

    private readonly Lock _building = new();
    private readonly MatchProgram _program;
    private readonly CharacterClasses _classes;
    private readonly Dictionary<string, AutomatonState> _byContent = new(StringComparer.Ordinal);
    private readonly ThreadList _from;
    private readonly ThreadList _to;
    private readonly Stack<int> _pending = new();
    // By what Kind makes of the character before, which is ASCII or none.
    private readonly AutomatonState?[] _entries = new AutomatonState?[129];
    private readonly int[] _entryInstructions;
    private int _bytes;

    public AutomatonStates(MatchProgram program, CharacterClasses classes)
    {
        _program = program;
        _classes = classes;
        _from = new ThreadList(program.Instructions.Length, 0);
        _to = new ThreadList(program.Instructions.Length, 0);
        Close(_to, 0, null);
        _entryInstructions = [.. Kept(_to, ' ')];
    }

    public int Count
    {
        get
        {
            lock (_building) return _byContent.Count;
        }
    }

    /// <summary>The same automaton without states.</summary>
    public AutomatonStates Fresh() => new(_program, _classes);

    /// <summary>The state in which a search starts behind a character.</summary>
    public AutomatonState Entry(int before)
    {
        var kind = Kind(before) + 1;
        if (Volatile.Read(ref _entries[kind]) is { } known) return known;
        lock (_building)
        {
            _to.Clear();
            Close(_to, 0, null);
            var entry = Intern(_to, before);
            Volatile.Write(ref _entries[kind], entry);
            return entry;
        }
    }

    /// <summary>The state of another collection's content in this one.</summary>
    public AutomatonState Adopt(AutomatonState other)
    {
        lock (_building)
        {
            _to.Clear();
            foreach (var instruction in other.Instructions) _to.Add(instruction);
            return Intern(_to, other.Before);
        }
    }

    /// <summary>The state after one more character, or <see langword="null"/> when there is no room for it.</summary>
    public AutomatonState? Follow(AutomatonState state, int characterClass)
    {
        lock (_building)
        {
            if (state.Next[characterClass] is { } known) return known;
            if (_bytes > MaxBytes) return null;
            var next = Build(state, _classes.Representative(characterClass));
            Volatile.Write(ref state.Next[characterClass], next);
            return next;
        }
    }

    /// <summary>Whether the text matches when it ends here.</summary>
    public bool EndsInMatch(AutomatonState state)
    {
        lock (_building)
        {
            var end = Resolve(state, Position.NoCharacter) ? s_match : s_dead;
            Volatile.Write(ref state.Next[_classes.Count], end);
            return end.IsMatch;
        }
    }

    private AutomatonState Build(AutomatonState state, int c)
    {
        if (Resolve(state, c)) return s_match;
        _to.Clear();
        for (var i = 0; i < _from.Count; i++)
        {
            ref readonly var instruction = ref _program.Instructions[_from[i]];
            if (instruction.Consumes(c)) Close(_to, instruction.Next, null);
        }
        Close(_to, 0, null);
        return Intern(_to, c);
    }

    // Fills _from with what is reachable now that the character behind the position is known; true when that is a match.
    private bool Resolve(AutomatonState state, int after)
    {
        _from.Clear();
        foreach (var instruction in state.Instructions) Close(_from, instruction, (state.Before, after));
        return Contains(_from, Operation.Match);
    }

    private void Close(ThreadList list, int from, (int Before, int After)? position)
    {
        _pending.Push(from);
        while (_pending.TryPop(out var index))
        {
            if (list.Contains(index)) continue;
            list.Add(index);
            ref readonly var instruction = ref _program.Instructions[index];
            switch (instruction.Operation)
            {
                case Operation.Jump or Operation.Save:
                    _pending.Push(instruction.Next);
                    break;
                case Operation.Split:
                    _pending.Push(instruction.Argument);
                    _pending.Push(instruction.Next);
                    break;
                case Operation.Assert when position is var (before, after)
                    && Position.Holds((Assertion)instruction.Argument, before, after):
                    _pending.Push(instruction.Next);
                    break;
            }
        }
    }

    private AutomatonState Intern(ThreadList list, int before)
    {
        if (Contains(list, Operation.Match)) return s_match;
        var kept = Kept(list, before);
        if (kept.Count == 0) return s_dead;
        var asks = kept.Exists(i => _program.Instructions[i].Operation == Operation.Assert);
        var seen = asks ? Kind(before) : 0;
        var key = string.Create(kept.Count + 1, (kept, seen), static (buffer, content) =>
        {
            for (var i = 0; i < content.kept.Count; i++) buffer[i] = (char)content.kept[i];
            buffer[^1] = (char)(content.seen + 1);
        });
        if (_byContent.TryGetValue(key, out var state)) return state;
        state = new AutomatonState([.. kept], seen, _classes.Count + 1)
        {
            IsIdle = _program.Candidates is not null && kept.SequenceEqual(_entryInstructions),
        };
        _byContent[key] = state;
        _bytes += 128 + 6 * kept.Count + 8 * state.Next.Length;
        return state;
    }

    // What a state consists of: instructions that consume, and conditions still open.
    private List<int> Kept(ThreadList list, int before)
    {
        var kept = new List<int>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            ref readonly var instruction = ref _program.Instructions[list[i]];
            if (instruction.Operation is Operation.Jump or Operation.Save or Operation.Split) continue;
            var isPast = before != Position.NoCharacter && instruction.Operation == Operation.Assert
                && instruction.Argument == (int)Assertion.BeginText;
            if (!isPast) kept.Add(list[i]);
        }
        kept.Sort();
        return kept;
    }

    // One character for all that conditions take as equal.
    private static int Kind(int before)
    {
        if (before is Position.NoCharacter or '\n') return before;
        return Position.IsWord(before) ? 'a' : ' ';
    }

    private bool Contains(ThreadList list, Operation operation)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (_program.Instructions[list[i]].Operation == operation) return true;
        }
        return false;
    }
}
