using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

/// <summary><c>&amp;&amp;</c> and <c>||</c>: an error counts only when no operand decides.</summary>
internal sealed class LogicNode(bool isAnd, Node[] operands) : Node(SizeOf(operands))
{
    public override CelValue Evaluate(ref CelContext context)
    {
        CelError? error = null;
        foreach (var operand in operands)
        {
            var value = operand.Evaluate(ref context);
            if (value.Kind == CelKind.Bool)
            {
                if (value.Bits != 0 != isAnd)
                    return value;
                continue;
            }
            if (value.IsError && !value.AsError.IsAbsorbable)
                return value;
            error ??= value.IsError ? value.AsError : CelErrors.NoSuchOverload(isAnd ? "&&" : "||", value).AsError;
        }
        return error is null ? CelValue.Of(isAnd) : CelValue.Error(error);
    }
}

internal sealed class NotNode(Node operand) : Node(operand.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = operand.Evaluate(ref context);
        if (value.Kind == CelKind.Bool)
            return CelValue.Of(value.Bits == 0);
        return value.IsError ? value : CelErrors.NoSuchOverload("!", value);
    }
}

internal sealed class ConditionalNode(Node condition, Node then, Node otherwise) : Node(condition.Size + then.Size + otherwise.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = condition.Evaluate(ref context);
        if (value.Kind == CelKind.Bool)
            return value.Bits != 0 ? then.Evaluate(ref context) : otherwise.Evaluate(ref context);
        return value.IsError ? value : CelErrors.NoSuchOverload("?:", value);
    }
}
