namespace KrakenPlugins.Sdk.Configuration;

/// <summary>Finds what an operator probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the smallest edit distance (swapped neighbours are one edit; letter case and <c>-</c>/<c>_</c> aside), or
    /// <see langword="null"/> when none is within a third of the name's length (at least 1, at most 4 edits).
    /// </summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var allowed = Math.Clamp(name.Length / 3, 1, 4);
        string? best = null;
        foreach (var candidate in candidates)
        {
            // Lengths are compared first: a key of a megabyte costs no more than a short one.
            if (Math.Abs(candidate.Length - name.Length) > allowed)
                continue;
            var distance = Distance(name, candidate);
            if (distance > allowed || (best is not null && distance == allowed))
                continue;
            best = candidate;
            allowed = distance;
            if (distance == 0)
                break;
        }
        return best;
    }

    /// <summary><c>; did you mean "x"?</c>, or an empty text when nothing is near.</summary>
    public static string Suggest(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } near ? $"; did you mean \"{near}\"?" : "";

    private static int Distance(string left, string right)
    {
        var beforePrevious = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = previous[j - 1] + (Fold(left[i - 1]) == Fold(right[j - 1]) ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && Fold(left[i - 1]) == Fold(right[j - 2]) && Fold(left[i - 2]) == Fold(right[j - 1]))
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }
        return previous[right.Length];
    }

    private static char Fold(char c) => c == '-' ? '_' : char.ToLowerInvariant(c);
}
