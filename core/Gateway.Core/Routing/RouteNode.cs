namespace Gateway.Core.Routing;

/// <summary>A partial segment: text in front, a value behind it.</summary>
/// <param name="Prefix">The text.</param>
/// <param name="Route">The route that ends here.</param>
internal readonly record struct PartialChild(string Prefix, int Route);

/// <summary>One place in a <see cref="RouteTree"/>; children are indexes of nodes.</summary>
internal sealed class RouteNode
{
    // A handful of strings is compared faster than one is hashed.
    private const int LinearChildren = 4;

    private readonly string[] _names;
    private readonly int[] _children;
    private readonly PartialChild[] _partials;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _index;
    private readonly Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _foldedIndex;
    private readonly bool _isIndexed;
    private readonly bool _isFolded;

    /// <summary>A node.</summary>
    /// <param name="names">Static segments below.</param>
    /// <param name="children">Their nodes.</param>
    /// <param name="partials">Partial segments below, longest text first.</param>
    /// <param name="ignoreCase">Whether to prepare <see cref="FindStaticIgnoringCase"/>.</param>
    public RouteNode(string[] names, int[] children, PartialChild[] partials, bool ignoreCase)
    {
        _names = names;
        _children = children;
        _partials = partials;
        if (names.Length > LinearChildren)
        {
            var index = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
            for (var i = 0; i < names.Length; i++)
                index.Add(names[i], children[i]);
            _index = index.GetAlternateLookup<ReadOnlySpan<char>>();
            _isIndexed = true;
        }
        if (ignoreCase && names.Length > 0)
        {
            var folded = new Dictionary<string, int[]>(StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < names.Length; i++)
                folded[names[i]] = [.. folded.GetValueOrDefault(names[i], []), children[i]];
            _foldedIndex = folded.GetAlternateLookup<ReadOnlySpan<char>>();
            _isFolded = true;
        }
    }

    /// <summary>The route that ends here, or <see cref="RouteTree.None"/>.</summary>
    public int Route { get; init; } = RouteTree.None;

    /// <summary>The route that takes everything below, or <see cref="RouteTree.None"/>.</summary>
    public int Wildcard { get; init; } = RouteTree.None;

    /// <summary>The node of the placeholder, or <see cref="RouteTree.None"/>.</summary>
    public int Parameter { get; init; } = RouteTree.None;

    /// <summary>Whether something beside static segments is below.</summary>
    public bool HasVariables => Parameter >= 0 || _partials.Length > 0;

    /// <summary>The node of a static segment, or <see cref="RouteTree.None"/>.</summary>
    public int FindStatic(ReadOnlySpan<char> segment)
    {
        if (_isIndexed)
            return _index.TryGetValue(segment, out var child) ? child : RouteTree.None;
        var names = _names;
        for (var i = 0; i < names.Length; i++)
        {
            if (segment.SequenceEqual(names[i]))
                return _children[i];
        }
        return RouteTree.None;
    }

    /// <summary>The nodes of the static segments that equal a text but for case.</summary>
    public ReadOnlySpan<int> FindStaticIgnoringCase(ReadOnlySpan<char> segment) =>
        _isFolded && _foldedIndex.TryGetValue(segment, out var children) ? children : [];

    /// <summary>
    /// The route of a partial segment. <see cref="RouteTree.Ambiguous"/> when case is ignored and two prefixes differ by it alone.
    /// </summary>
    /// <param name="segment">The last segment of the path; partial segments are nowhere else.</param>
    /// <param name="comparison">How the prefix compares.</param>
    public int FindPartial(ReadOnlySpan<char> segment, StringComparison comparison)
    {
        for (var i = 0; i < _partials.Length; i++)
        {
            var prefix = _partials[i].Prefix;
            if (segment.Length <= prefix.Length || !segment.StartsWith(prefix, comparison))
                continue;
            var twin = i + 1 < _partials.Length ? _partials[i + 1].Prefix : "";
            return twin.Length == prefix.Length && segment.StartsWith(twin, comparison) ? RouteTree.Ambiguous : _partials[i].Route;
        }
        return RouteTree.None;
    }
}
