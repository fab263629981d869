namespace KrakenPlugins.Expressions.Nodes;

/// <summary>A compiled part of an expression. Immutable; all that changes is in the context and its local variables.</summary>
internal abstract class Node(int size)
{
    /// <summary>How many nodes it consists of, itself included: what a round of a loop over it costs.</summary>
    public int Size { get; } = size;

    public abstract CelValue Evaluate(ref CelContext context);

    public static int SizeOf(ReadOnlySpan<Node> nodes)
    {
        var size = 1;
        foreach (var node in nodes)
            size += node.Size;
        return size;
    }
}

internal sealed class ConstantNode(CelValue value) : Node(1)
{
    public CelValue Value { get; } = value;

    public override CelValue Evaluate(ref CelContext context) => Value;
}

internal sealed class VariableNode(int slot) : Node(1)
{
    public override CelValue Evaluate(ref CelContext context) => context.Input.Get(slot);
}

internal sealed class LocalNode(int slot) : Node(1)
{
    public override CelValue Evaluate(ref CelContext context) => context.Locals[slot];
}
