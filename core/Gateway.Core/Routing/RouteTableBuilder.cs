namespace Gateway.Core.Routing;

/// <summary>Collects routes and builds the table. Not thread-safe.</summary>
/// <typeparam name="T">The handler's type.</typeparam>
public sealed class RouteTableBuilder<T>
{
    private readonly Dictionary<string, RouteTreeBuilder> _trees = new(StringComparer.Ordinal);
    private readonly List<RoutePattern> _patterns = [];
    private readonly List<T> _handlers = [];
    private readonly List<RouteConflict> _conflicts = [];

    /// <summary>Every conflict so far, in the order of the calls.</summary>
    public IReadOnlyList<RouteConflict> Conflicts => _conflicts;

    /// <summary>Adds a route of one method.</summary>
    /// <param name="method">Method; put in upper case (RTE-002).</param>
    /// <param name="pattern">
    /// Path with <c>{name}</c> placeholders and possibly a final <c>/*</c>; a missing first slash is added (RTE-006).
    /// </param>
    /// <param name="allowPartialSegments">The configuration's <c>disable_rest</c>: a placeholder may be the end of the last segment.</param>
    /// <param name="handler">What a match returns.</param>
    /// <returns>Why the route cannot be (RTE-005, RTE-020, RTE-241), or <see langword="null"/>; also kept in <see cref="Conflicts"/>.</returns>
    public RouteConflict? Add(string method, string pattern, bool allowPartialSegments, T handler)
    {
        var conflict = TryAdd(method.ToUpperInvariant(), pattern, allowPartialSegments, handler);
        if (conflict is not null)
            _conflicts.Add(conflict);
        return conflict;
    }

    /// <summary>Adds a route of several methods, as the gateway's own endpoints have. Stops at the first conflict.</summary>
    /// <inheritdoc cref="Add(string, string, bool, T)"/>
    public RouteConflict? Add(IEnumerable<string> methods, string pattern, bool allowPartialSegments, T handler)
    {
        foreach (var method in methods)
        {
            if (Add(method, pattern, allowPartialSegments, handler) is { } conflict)
                return conflict;
        }
        return null;
    }

    /// <summary>The table of all routes added.</summary>
    /// <exception cref="InvalidOperationException">There are conflicts; the message names them all.</exception>
    public RouteTable<T> Build(RouteOptions options)
    {
        if (_conflicts.Count > 0)
            throw new InvalidOperationException(string.Join('\n', _conflicts));
        var trees = new Dictionary<string, RouteTree>(StringComparer.Ordinal);
        foreach (var (method, tree) in _trees)
            trees.Add(method, tree.Build(options.RedirectFixedPath));
        return new RouteTable<T>(new RouteIndex(trees, [.. _patterns], options), [.. _handlers]);
    }

    private RouteConflict? TryAdd(string method, string text, bool allowPartial, T handler)
    {
        if (!RoutePattern.TryParse(text, allowPartial, out var pattern, out var reason))
            return RouteConflict.Malformed(method, text, reason);
        if (!_trees.TryGetValue(method, out var tree))
            _trees.Add(method, tree = new RouteTreeBuilder(method));
        if (tree.Add(pattern, _patterns.Count) is { } conflict)
            return conflict;
        _patterns.Add(pattern);
        _handlers.Add(handler);
        return null;
    }
}
