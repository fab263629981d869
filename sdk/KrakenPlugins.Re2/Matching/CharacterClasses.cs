namespace KrakenPlugins.Re2.Matching;

/// <summary>Numbers the characters that a program cannot tell apart, so that an automaton needs few transitions per state.</summary>
internal sealed class CharacterClasses
{
    // Instructions times intervals above which merging equal intervals costs more than it saves.
    private const long MaxMergeWork = 4_000_000;

    // Where each interval starts, and its class.
    private readonly int[] _starts;
    private readonly int[] _classes;
    private readonly int[] _ascii = new int[128];
    private readonly int[] _representatives;

    public CharacterClasses(MatchProgram program)
    {
        _starts = Boundaries(program);
        _classes = new int[_starts.Length];
        _representatives = Merge(program);
        for (var c = 0; c < 128; c++) _ascii[c] = Search(c);
    }

    /// <summary>Classes of the ASCII characters.</summary>
    public ReadOnlySpan<int> Ascii => _ascii;

    public int Count => _representatives.Length;

    /// <summary>A member of a class.</summary>
    public int Representative(int characterClass) => _representatives[characterClass];

    public int Of(int codePoint) => (uint)codePoint < 128 ? _ascii[codePoint] : Search(codePoint);

    private static int[] Boundaries(MatchProgram program)
    {
        var starts = new SortedSet<int> { 0, '\n', '\n' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1 };
        foreach (var instruction in program.Instructions)
        {
            if (instruction.Operation == Operation.Character)
            {
                starts.Add(instruction.Argument);
                starts.Add(instruction.Argument + 1);
            }
            if (instruction.Set is null) continue;
            var bounds = instruction.Set.Bounds;
            for (var i = 0; i < bounds.Length; i++) starts.Add(bounds[i] + (i & 1));
        }
        starts.Remove(Unicode.CodePointSet.MaxCodePoint + 1);
        return [.. starts];
    }

    private int[] Merge(MatchProgram program)
    {
        var testers = program.Instructions.Where(static i => i.Operation is Operation.Character or Operation.Set)
            .DistinctBy(static i => (i.Argument, i.Set)).ToArray();
        if ((long)testers.Length * _starts.Length > MaxMergeWork)
        {
            for (var i = 0; i < _classes.Length; i++) _classes[i] = i;
            return _starts;
        }
        var byMembership = new Dictionary<string, int>(StringComparer.Ordinal);
        var representatives = new List<int>();
        var membership = new char[testers.Length + 1];
        for (var i = 0; i < _starts.Length; i++)
        {
            var c = _starts[i];
            for (var t = 0; t < testers.Length; t++) membership[t] = testers[t].Consumes(c) ? '1' : '0';
            membership[^1] = c == '\n' ? 'n' : Position.IsWord(c) ? 'w' : 'o';
            var key = new string(membership);
            if (!byMembership.TryGetValue(key, out var number))
            {
                byMembership[key] = number = representatives.Count;
                representatives.Add(c);
            }
            _classes[i] = number;
        }
        return [.. representatives];
    }

    private int Search(int codePoint)
    {
        var at = Array.BinarySearch(_starts, codePoint);
        return _classes[at >= 0 ? at : ~at - 1];
    }
}
