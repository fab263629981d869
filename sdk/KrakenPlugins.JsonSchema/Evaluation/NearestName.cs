namespace KrakenPlugins.JsonSchema.Evaluation;

/// <summary>Finds the name that was probably meant.</summary>
internal static class NearestName
{
    private const int MaxCandidates = 2000;
    private const int MaxLength = 64;

    /// <summary><c>; did you mean "x"?</c>, or nothing: within a third of the length in edits, letter case and <c>-</c>/<c>_</c> aside.</summary>
    internal static string Suggest(ReadOnlySpan<char> name, IEnumerable<string> candidates)
    {
        if (name.Length > MaxLength)
            return "";
        var allowed = Math.Clamp(name.Length / 3, 1, 4) + 1;
        string? best = null;
        foreach (var candidate in candidates.Take(MaxCandidates))
        {
            if (Math.Abs(candidate.Length - name.Length) >= allowed || Distance(name, candidate) is var distance && distance >= allowed)
                continue;
            (best, allowed) = (candidate, distance);
        }
        return best is null ? "" : $"; did you mean \"{best}\"?";
    }

    /// <summary>The names that a schema and those on the same value describe.</summary>
    internal static IEnumerable<string> KnownProperties(SchemaNode schema)
    {
        var seen = new HashSet<SchemaNode> { schema };
        var work = new Queue<SchemaNode>(seen);
        while (work.TryDequeue(out var node))
        {
            for (var slot = 0; slot < (node.Object?.Names.Count ?? 0); slot++)
            {
                if (node.Object!.Properties[slot] is { AlwaysFails: false })
                    yield return node.Object.Names[slot];
            }
            foreach (var next in node.Applicators.Where(a => a.Kind != ApplicatorKind.Not).SelectMany(a => a.Nodes))
            {
                if (next is not null && seen.Add(next))
                    work.Enqueue(next);
            }
        }
    }

    // Edits with swapped neighbours as one.
    private static int Distance(ReadOnlySpan<char> left, string right)
    {
        var (older, previous, current) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = Fold(left[i - 1]) == Fold(right[j - 1]);
                current[j] = Math.Min(previous[j - 1] + (same ? 0 : 1), Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && Fold(left[i - 1]) == Fold(right[j - 2]) && Fold(left[i - 2]) == Fold(right[j - 1]))
                    current[j] = Math.Min(current[j], older[j - 2] + 1);
            }
            (older, previous, current) = (previous, current, older);
        }
        return previous[right.Length];
    }

    private static char Fold(char c) => c == '-' ? '_' : char.ToLowerInvariant(c);
}
