using KrakenPlugins.Expressions.Nodes;

namespace KrakenPlugins.Expressions.Checking;

/// <summary>The variables of macros around a place. Each has a slot of its own in the whole program.</summary>
internal sealed class Scope(Scope? outer, string name, Node node, CelType type)
{
    public Node Node { get; } = node;

    public CelType Type { get; } = type;

    public static Scope? Find(Scope? scope, string wanted)
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == wanted)
                return scope;
        }
        return null;
    }

    private Scope? Outer => outer;

    private string Name => name;
}
