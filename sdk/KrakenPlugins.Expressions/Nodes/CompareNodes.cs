using KrakenPlugins.Expressions.Syntax;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

internal sealed class EqualNode(Node left, Node right, bool isNegated) : Node(left.Size + right.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = left.Evaluate(ref context);
        if (a.IsError)
            return a;
        var b = right.Evaluate(ref context);
        return b.IsError ? b : CelValue.Of(CelEquality.AreEqual(ref context, a, b) != isNegated);
    }
}

/// <summary>The comparison that most guards consist of.</summary>
internal sealed class EqualTextNode(Node operand, string text, bool isNegated) : Node(operand.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = operand.Evaluate(ref context);
        if (value.Kind == CelKind.String)
            return CelValue.Of(string.Equals(value.RawString, text) != isNegated);
        return value.IsError ? value : CelValue.Of(isNegated);
    }
}

internal sealed class OrderNode(Operator op, Node left, Node right) : Node(left.Size + right.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = left.Evaluate(ref context);
        if (a.IsError)
            return a;
        var b = right.Evaluate(ref context);
        if (b.IsError)
            return b;
        if (!CelOrder.TryCompare(ref context, a, b, out var order))
            return CelErrors.NoSuchOverload(Operators.Symbol(op), a, b);
        if (order == CelNumber.Unordered)
            return CelValue.False;
        return CelValue.Of(op switch
        {
            Operator.Less => order < 0,
            Operator.LessOrEqual => order <= 0,
            Operator.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

internal sealed class InNode(Node element, Node container) : Node(element.Size + container.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = element.Evaluate(ref context);
        if (value.IsError)
            return value;
        var within = container.Evaluate(ref context);
        if (!context.TryChargeKey(value))
            return CelContext.CostExceeded;
        return within.Kind switch
        {
            CelKind.Error => within,
            CelKind.Map => CelValue.Of(within.RawMap.TryGet(value, out _)),
            CelKind.List => Contains(ref context, within.RawList, value),
            _ => CelErrors.NoSuchOverload("in", value, within),
        };
    }

    private static CelValue Contains(ref CelContext context, CelList list, in CelValue value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (!context.TryCharge(1))
                return CelContext.CostExceeded;
            if (CelEquality.AreEqual(ref context, value, list[i]))
                return CelValue.True;
        }
        return CelValue.False;
    }
}

/// <summary>Whether a value is one of many that are known; these are the keys of the map.</summary>
internal sealed class InConstantsNode(Node element, ValueMap constants) : Node(element.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = element.Evaluate(ref context);
        if (value.IsError)
            return value;
        return context.TryChargeKey(value) ? CelValue.Of(constants.TryGet(value, out _)) : CelContext.CostExceeded;
    }
}
