using System.Text;

namespace Gateway.Core.Json;

/// <summary>
/// One level of the paths of a filter: names, and for each what is below it. A name without anything below ends a path.
/// Immutable.
/// </summary>
internal sealed class FieldSet
{
    private const int LinearLength = 8;

    private readonly ulong[] _prefixes;
    private readonly byte[][] _utf8;

    private FieldSet(IReadOnlyCollection<KeyValuePair<string, FieldSet?>> fields)
    {
        var sorted = fields.Select(static f => (f.Key, Utf8: Encoding.UTF8.GetBytes(f.Key), f.Value))
            .OrderBy(static f => JsonKey.Prefix(f.Utf8)).ToArray();
        Names = [.. sorted.Select(static f => f.Key)];
        Children = [.. sorted.Select(static f => f.Value)];
        _utf8 = [.. sorted.Select(static f => f.Utf8)];
        _prefixes = [.. _utf8.Select(static name => JsonKey.Prefix(name))];
    }

    /// <summary>The names.</summary>
    public string[] Names { get; }

    /// <summary>The level below each name; <see langword="null"/> where a path ends.</summary>
    public FieldSet?[] Children { get; }

    /// <summary>Names without levels.</summary>
    public static FieldSet OfNames(IEnumerable<string> names) =>
        new([.. names.Distinct(StringComparer.Ordinal).Select(static n => KeyValuePair.Create(n, default(FieldSet)))]);

    /// <summary>The levels of dotted paths.</summary>
    /// <param name="paths">Paths; every dot separates levels (MAN-038).</param>
    /// <param name="lastDecides">
    /// Of two paths of which one begins with the other, whether the later decides (<c>allow</c>, MAN-024) or the shorter
    /// (<c>deny</c>, MAN-026).
    /// </param>
    public static FieldSet OfPaths(IEnumerable<string> paths, bool lastDecides)
    {
        var root = new Dictionary<string, Level?>(StringComparer.Ordinal);
        foreach (var path in paths)
            Add(root, path.Split('.'), lastDecides);
        return Freeze(root);
    }

    /// <summary>The position of the name that a key token says, or -1.</summary>
    public int Find(ReadOnlySpan<byte> source, in JsonToken key)
    {
        var prefix = JsonKey.Prefix(source, key);
        var i = _prefixes.Length <= LinearLength ? 0 : LowerBound(prefix);
        for (; i < _prefixes.Length; i++)
        {
            if (_prefixes[i] == prefix)
            {
                if (JsonKey.Is(source, key, _utf8[i]))
                    return i;
            }
            else if (_prefixes[i] > prefix)
            {
                return -1;
            }
        }
        return -1;
    }

    private static void Add(Dictionary<string, Level?> level, string[] path, bool lastDecides)
    {
        for (var i = 0; i < path.Length - 1; i++)
        {
            var isKnown = level.TryGetValue(path[i], out var below);
            if (isKnown && below is null && !lastDecides)
                return;
            if (below is null)
                level[path[i]] = below = new Level();
            level = below.Fields;
        }
        level[path[^1]] = null;
    }

    private static FieldSet Freeze(Dictionary<string, Level?> level) =>
        new([.. level.Select(static f => KeyValuePair.Create(f.Key, f.Value is null ? null : Freeze(f.Value.Fields)))]);

    private int LowerBound(ulong prefix)
    {
        var low = 0;
        var high = _prefixes.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_prefixes[middle] < prefix)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private sealed class Level
    {
        public Dictionary<string, Level?> Fields { get; } = new(StringComparer.Ordinal);
    }
}
