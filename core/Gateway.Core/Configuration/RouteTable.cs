using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Finds endpoints that cannot be served beside each other: the same method and path, differently named placeholders at one
/// position, and paths below a wildcard. One walk over its segments per endpoint.
/// </summary>
internal sealed class RouteTable(ConfigDiagnostics diagnostics)
{
    private readonly Dictionary<string, Node> _methods = new(StringComparer.Ordinal);

    /// <summary>Adds an endpoint, or reports the one that it collides with.</summary>
    public bool TryAdd(string method, EndpointPath route, ConfigSource source)
    {
        if (!_methods.TryGetValue(method, out var node))
            _methods.Add(method, node = new Node());

        var added = new Endpoint(method, route.Text, source);
        foreach (var segment in route.Text[1..].Split('/'))
        {
            var isWildcard = segment == "*";
            if (node.Wildcard is { } wildcard)
                return Collides(added, wildcard, isWildcard ? "both have the same method and path" : "the wildcard takes the path already");
            if (isWildcard && node.Below is { } below)
                return Collides(added, below, "the wildcard takes the path already");
            if (isWildcard)
            {
                node.Wildcard = added;
                return true;
            }
            node.Below ??= added;
            if (Next(node, segment, route, added) is not { } next)
                return false;
            node = next;
        }
        if (node.Owner is { } owner)
            return Collides(added, owner, "both have the same method and path");
        node.Owner = added;
        return true;
    }

    private Node? Next(Node node, string segment, EndpointPath route, Endpoint added)
    {
        var open = segment.IndexOf('{');
        var name = open >= 0 && segment.IndexOf('}', open) is var close && close > open ? segment[(open + 1)..close] : null;
        if (name is null || !route.Parameters.Contains(name, StringComparer.Ordinal))
            return node.Child(segment);

        var next = node.Child(segment[..open] + "{}");
        next.ParameterName ??= name;
        next.ParameterOwner ??= added;
        if (next.ParameterName == name)
            return next;
        Collides(added, next.ParameterOwner, $"the placeholders {{{name}}} and {{{next.ParameterName}}} stand at the same position and must have one name");
        return null;
    }

    private bool Collides(Endpoint added, Endpoint present, string reason)
    {
        added.Source.Error(diagnostics, "endpoint", $"'{added.Method} {added.Path}' collides with '{present.Method} {present.Path}' at {present.Source.PositionOf("endpoint")}: {reason}");
        return false;
    }

    private sealed record Endpoint(string Method, string Path, ConfigSource Source);

    private sealed class Node
    {
        private Dictionary<string, Node>? _children;

        public Endpoint? Owner { get; set; }

        public Endpoint? Wildcard { get; set; }

        /// <summary>The first endpoint that goes on below this node.</summary>
        public Endpoint? Below { get; set; }

        public string? ParameterName { get; set; }

        public Endpoint? ParameterOwner { get; set; }

        public Node Child(string key)
        {
            _children ??= new(StringComparer.Ordinal);
            if (!_children.TryGetValue(key, out var child))
                _children.Add(key, child = new Node());
            return child;
        }
    }
}
