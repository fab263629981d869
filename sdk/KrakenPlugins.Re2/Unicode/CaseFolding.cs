namespace KrakenPlugins.Re2.Unicode;

/// <summary>Unicode simple case folding: <c>k</c>, <c>K</c> and the Kelvin sign are one letter to <c>(?i)</c>.</summary>
internal static class CaseFolding
{
    private static readonly Lazy<Orbits> s_orbits = new(Build);

    /// <param name="Members">Every code point that has an equal, sorted.</param>
    /// <param name="Peers">For each of them all its equals, itself included.</param>
    private sealed record Orbits(int[] Members, int[][] Peers);

    /// <summary>The set with every equal of its members.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var orbits = s_orbits.Value;
        var builder = new CodePointSetBuilder();
        builder.Add(set);
        var bounds = set.Bounds;
        for (var i = 0; i < bounds.Length; i += 2)
        {
            var at = Array.BinarySearch(orbits.Members, bounds[i]);
            for (at = at < 0 ? ~at : at; at < orbits.Members.Length && orbits.Members[at] <= bounds[i + 1]; at++)
            {
                foreach (var peer in orbits.Peers[at]) builder.Add(peer, peer);
            }
        }
        return builder.ToSet();
    }

    private static Orbits Build()
    {
        var byTarget = new Dictionary<int, List<int>>();
        foreach (var (from, to) in UnicodeFile.Folds())
        {
            if (!byTarget.TryGetValue(to, out var orbit)) byTarget[to] = orbit = [to];
            orbit.Add(from);
        }
        var byMember = new SortedDictionary<int, int[]>();
        foreach (var orbit in byTarget.Values)
        {
            int[] peers = [.. orbit];
            foreach (var member in peers) byMember[member] = peers;
        }
        return new Orbits([.. byMember.Keys], [.. byMember.Values]);
    }
}
