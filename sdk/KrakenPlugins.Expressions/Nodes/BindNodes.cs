using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

/// <summary>Makes names known whose values are evaluated when they are first asked for, once.</summary>
internal sealed class BindNode(int[] slots, int valuesSize, Node body) : Node(1 + valuesSize + body.Size)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        foreach (var slot in slots)
            context.Locals[slot] = LazyLocalNode.Pending;
        return body.Evaluate(ref context);
    }
}

internal sealed class LazyLocalNode(int slot, Node value) : Node(1)
{
    private static readonly CelError s_pending = new(CelErrorCode.Other, "not evaluated yet");

    public static CelValue Pending { get; } = CelValue.Error(s_pending);

    public override CelValue Evaluate(ref CelContext context)
    {
        ref var local = ref context.Locals[slot];
        if (ReferenceEquals(local.Reference, s_pending))
            local = value.Evaluate(ref context);
        return local;
    }
}

/// <summary><c>optMap</c> and <c>optFlatMap</c>.</summary>
internal sealed class OptionalMapNode(Node target, int slot, Node body, bool isFlat) : Node(target.Size + body.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var optional = target.Evaluate(ref context);
        if (optional.IsError)
            return optional;
        if (optional.Kind != CelKind.Optional)
            return CelErrors.NoSuchOverload(isFlat ? "optFlatMap" : "optMap", optional);
        if (!optional.TryGetOptional(out var content))
            return CelValue.None;
        context.Locals[slot] = content;
        var result = body.Evaluate(ref context);
        if (result.IsError)
            return result;
        if (!isFlat)
            return CelValue.OfOptional(result);
        return result.Kind == CelKind.Optional ? result : CelErrors.NoSuchOverload("optFlatMap", optional, result);
    }
}
