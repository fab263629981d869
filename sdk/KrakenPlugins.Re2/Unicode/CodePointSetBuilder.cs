namespace KrakenPlugins.Re2.Unicode;

/// <summary>Collects ranges in any order, overlapping or not.</summary>
internal sealed class CodePointSetBuilder
{
    private readonly List<(int First, int Last)> _ranges = [];

    public void Add(int first, int last) => _ranges.Add((first, last));

    public void Add(CodePointSet set)
    {
        var bounds = set.Bounds;
        for (var i = 0; i < bounds.Length; i += 2) _ranges.Add((bounds[i], bounds[i + 1]));
    }

    public CodePointSet ToSet()
    {
        _ranges.Sort();
        var bounds = new List<int>(_ranges.Count * 2);
        foreach (var (first, last) in _ranges)
        {
            if (bounds.Count > 0 && first <= bounds[^1] + 1) bounds[^1] = Math.Max(bounds[^1], last);
            else
            {
                bounds.Add(first);
                bounds.Add(last);
            }
        }
        return new CodePointSet([.. bounds]);
    }
}
