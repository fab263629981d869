namespace Gateway.Core.Routing;

/// <summary>
/// The routes of one method as a tree of segments, immutable. Static segments win over partial ones, those over placeholders, with
/// backtracking (RTE-019). A node has one parent and one depth, so that a look-up visits it at most once: the work is bounded by the
/// number of nodes on the path's levels, whatever the path, and no memory of visited places is needed.
/// </summary>
internal sealed class RouteTree(RouteNode[] nodes, int maxForks)
{
    /// <summary>No route.</summary>
    public const int None = -1;

    /// <summary>Routes that differ by case alone match equally well.</summary>
    public const int Ambiguous = -2;

    private readonly struct Fork(int node, int position)
    {
        public readonly int Node = node;
        public readonly int Position = position;
    }

    /// <summary>The route of a decoded path that starts with a slash, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<char> path)
    {
        Span<Fork> forks = stackalloc Fork[maxForks];
        var pending = 0;
        var id = 0;
        var position = 0;
        var isResumed = false;
        while (true)
        {
            var node = nodes[id];
            var route = None;
            var next = None;
            if (position == path.Length)
            {
                route = node.Route;
            }
            else if (node.Wildcard >= 0)
            {
                route = node.Wildcard;
            }
            else
            {
                var segment = SegmentAt(path, position);
                if (!isResumed)
                {
                    next = node.FindStatic(segment);
                    if (next >= 0 && node.HasVariables)
                        forks[pending++] = new(id, position);
                }
                if (next < 0)
                {
                    if (position + 1 + segment.Length == path.Length)
                        route = node.FindPartial(segment, StringComparison.Ordinal);
                    if (route < 0 && !segment.IsEmpty)
                        next = node.Parameter;
                }
                if (next >= 0)
                    position += 1 + segment.Length;
            }
            if (route >= 0)
                return route;
            isResumed = next < 0;
            if (next >= 0)
            {
                id = next;
                continue;
            }
            if (pending == 0)
                return None;
            (id, position) = (forks[--pending].Node, forks[pending].Position);
        }
    }

    /// <summary>
    /// The route of a decoded path whose static text may differ in case: <see cref="None"/>, or <see cref="Ambiguous"/> when siblings
    /// that differ by case alone both lead to a route. Needs the nodes' index for that.
    /// </summary>
    public int FindIgnoringCase(ReadOnlySpan<char> path) => FindIgnoringCase(nodes[0], path, 0);

    // Recursion is as deep as the tree, at most RoutePattern.MaxSegments.
    private int FindIgnoringCase(RouteNode node, ReadOnlySpan<char> path, int position)
    {
        if (position == path.Length)
            return node.Route;
        if (node.Wildcard >= 0)
            return node.Wildcard;
        var segment = SegmentAt(path, position);
        var next = position + 1 + segment.Length;
        var found = None;
        foreach (var child in node.FindStaticIgnoringCase(segment))
        {
            var route = FindIgnoringCase(nodes[child], path, next);
            if (route == Ambiguous || (route >= 0 && found >= 0))
                return Ambiguous;
            if (route >= 0)
                found = route;
        }
        if (found >= 0)
            return found;
        if (next == path.Length)
            found = node.FindPartial(segment, StringComparison.OrdinalIgnoreCase);
        if (found != None || segment.IsEmpty || node.Parameter < 0)
            return found;
        return FindIgnoringCase(nodes[node.Parameter], path, next);
    }

    private static ReadOnlySpan<char> SegmentAt(ReadOnlySpan<char> path, int position)
    {
        var rest = path[(position + 1)..];
        var length = rest.IndexOf('/');
        return length < 0 ? rest : rest[..length];
    }
}
