namespace Gateway.Core.Routing;

/// <summary>Collects the routes of one method and finds those that stand in each other's way.</summary>
internal sealed class RouteTreeBuilder(string method)
{
    private sealed class Draft(RoutePattern owner)
    {
        public readonly RoutePattern Owner = owner;
        public readonly Dictionary<string, Draft> Static = new(StringComparer.Ordinal);
        public readonly Dictionary<string, Leaf> Partials = new(StringComparer.Ordinal);
        public Draft? Parameter;
        public string ParameterName = "";
        public Leaf? Route;
        public Leaf? Wildcard;

        public RoutePattern? FirstChild =>
            Parameter?.Owner ?? Static.Values.FirstOrDefault()?.Owner ?? Partials.Values.FirstOrDefault()?.Pattern;
    }

    private sealed record Leaf(RoutePattern Pattern, int Route);

    private Draft? _root;

    /// <summary>Adds a route, or says why it cannot be; the tree is then as before.</summary>
    public RouteConflict? Add(RoutePattern pattern, int route)
    {
        if (_root is not null && Check(pattern) is { } conflict)
            return conflict;
        var draft = _root ??= new Draft(pattern);
        var leaf = new Leaf(pattern, route);
        foreach (var segment in pattern.Segments)
        {
            switch (segment.Kind)
            {
                case SegmentKind.Wildcard:
                    draft.Wildcard = leaf;
                    return null;
                case SegmentKind.Partial:
                    draft.Partials.Add(segment.Text, leaf);
                    return null;
                case SegmentKind.Parameter:
                    draft.ParameterName = segment.Name;
                    draft = draft.Parameter ??= new Draft(pattern);
                    break;
                default:
                    if (!draft.Static.TryGetValue(segment.Text, out var child))
                        draft.Static.Add(segment.Text, child = new Draft(pattern));
                    draft = child;
                    break;
            }
        }
        draft.Route = leaf;
        return null;
    }

    /// <summary>The finished tree.</summary>
    /// <param name="ignoreCase">Whether it can be searched without regard to case.</param>
    public RouteTree Build(bool ignoreCase)
    {
        var nodes = new List<RouteNode>();
        var maxForks = 0;
        if (_root is null)
            nodes.Add(new RouteNode([], [], [], ignoreCase));
        else
            Freeze(_root, nodes, ignoreCase, 0, ref maxForks);
        return new RouteTree([.. nodes], maxForks);
    }

    private static int Freeze(Draft draft, List<RouteNode> nodes, bool ignoreCase, int forks, ref int maxForks)
    {
        var id = nodes.Count;
        nodes.Add(null!);
        if (draft.Static.Count > 0 && (draft.Parameter is not null || draft.Partials.Count > 0))
            forks++;
        maxForks = Math.Max(maxForks, forks);
        var children = new int[draft.Static.Count];
        var next = 0;
        foreach (var child in draft.Static.Values)
            children[next++] = Freeze(child, nodes, ignoreCase, forks, ref maxForks);
        var partials = draft.Partials
            .Select(static p => new PartialChild(p.Key, p.Value.Route))
            .OrderByDescending(static p => p.Prefix.Length).ThenBy(static p => p.Prefix, StringComparer.OrdinalIgnoreCase);
        nodes[id] = new RouteNode([.. draft.Static.Keys], children, [.. partials], ignoreCase)
        {
            Route = draft.Route?.Route ?? RouteTree.None,
            Wildcard = draft.Wildcard?.Route ?? RouteTree.None,
            Parameter = draft.Parameter is null ? RouteTree.None : Freeze(draft.Parameter, nodes, ignoreCase, forks, ref maxForks),
        };
        return id;
    }

    private RouteConflict? Check(RoutePattern pattern)
    {
        var draft = _root;
        foreach (var segment in pattern.Segments)
        {
            if (draft is null)
                return null;
            if (draft.Wildcard is { } wildcard)
            {
                return segment.Kind == SegmentKind.Wildcard
                    ? Duplicate(pattern, wildcard.Pattern)
                    : Conflict(pattern, wildcard.Pattern, "the wildcard already takes every path below its prefix");
            }
            switch (segment.Kind)
            {
                case SegmentKind.Wildcard:
                    return draft.FirstChild is not { } child
                        ? null
                        : Conflict(pattern, child, "the wildcard takes every path below its prefix, and this one is below it");
                case SegmentKind.Partial:
                    return draft.Partials.TryGetValue(segment.Text, out var leaf) ? Duplicate(pattern, leaf.Pattern) : null;
                case SegmentKind.Parameter when draft.Parameter is not null && draft.ParameterName != segment.Name:
                    return Conflict(pattern, draft.Parameter.Owner,
                        $"the same position is named {{{segment.Name}}} in the one and {{{draft.ParameterName}}} in the other; use one name");
                case SegmentKind.Parameter:
                    draft = draft.Parameter;
                    break;
                default:
                    draft = draft.Static.GetValueOrDefault(segment.Text);
                    break;
            }
        }
        return draft?.Route is { } route ? Duplicate(pattern, route.Pattern) : null;
    }

    private RouteConflict Duplicate(RoutePattern pattern, RoutePattern other) =>
        Conflict(pattern, other, "handlers are already registered for this method and path");

    private RouteConflict Conflict(RoutePattern pattern, RoutePattern other, string reason) =>
        RouteConflict.Between(method, pattern.Text, other.Text, reason);
}
