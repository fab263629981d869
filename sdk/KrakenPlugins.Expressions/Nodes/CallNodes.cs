using System.Buffers;
using System.Runtime.CompilerServices;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

/// <summary>Calls of functions. Bodies only ever see values of the kinds that they declare, whatever an input brings.</summary>
internal static class CallNodes
{
    public static Node Create(string name, Signature[] candidates, Node[] arguments)
    {
        var isStrict = Array.TrueForAll(candidates, static c => c.Overload.IsStrict);
        return arguments.Length switch
        {
            0 when Bodies<CelNullary>(candidates) is { } bodies => new NullaryNode(bodies[0]),
            1 when Bodies<CelUnary>(candidates) is { } bodies => new UnaryNode(name, isStrict, candidates, bodies, arguments[0]),
            2 when Bodies<CelBinary>(candidates) is { } bodies => new BinaryNode(name, isStrict, candidates, bodies, arguments[0], arguments[1]),
            3 when Bodies<CelTernary>(candidates) is { } bodies => new TernaryNode(name, isStrict, candidates, bodies, arguments[0], arguments[1], arguments[2]),
            _ => new VariadicNode(name, isStrict, candidates, arguments),
        };
    }

    public static CelValue NoBody(string name) => CelValue.Error(CelErrorCode.Undeclared, $"the function {name} is declared without a body");

    private static T[]? Bodies<T>(Signature[] candidates) where T : Delegate
    {
        var bodies = new T[candidates.Length];
        for (var i = 0; i < bodies.Length; i++)
        {
            if (candidates[i].Overload.Body is not T body)
                return null;
            bodies[i] = body;
        }
        return bodies;
    }
}

internal sealed class NullaryNode(CelNullary body) : Node(1)
{
    public override CelValue Evaluate(ref CelContext context) => body(ref context);
}

internal sealed class UnaryNode(string name, bool isStrict, Signature[] candidates, CelUnary[] bodies, Node argument) : Node(argument.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = argument.Evaluate(ref context);
        if (a.IsError && (isStrict || !a.AsError.IsAbsorbable))
            return a;
        for (var i = 0; i < bodies.Length; i++)
        {
            if (candidates[i].Takes(0, a))
                return bodies[i](ref context, a);
        }
        return a.IsError ? a : CelErrors.NoSuchOverload(name, a);
    }
}

internal sealed class BinaryNode(string name, bool isStrict, Signature[] candidates, CelBinary[] bodies, Node first, Node second) : Node(first.Size + second.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = first.Evaluate(ref context);
        if (a.IsError && (isStrict || !a.AsError.IsAbsorbable))
            return a;
        var b = second.Evaluate(ref context);
        if (b.IsError && (isStrict || !b.AsError.IsAbsorbable))
            return b;
        for (var i = 0; i < bodies.Length; i++)
        {
            if (candidates[i].Takes(0, a) && candidates[i].Takes(1, b))
                return bodies[i](ref context, a, b);
        }
        return a.IsError ? a : b.IsError ? b : CelErrors.NoSuchOverload(name, a, b);
    }
}

internal sealed class TernaryNode(string name, bool isStrict, Signature[] candidates, CelTernary[] bodies, Node first, Node second, Node third)
    : Node(first.Size + second.Size + third.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = first.Evaluate(ref context);
        if (a.IsError && (isStrict || !a.AsError.IsAbsorbable))
            return a;
        var b = second.Evaluate(ref context);
        if (b.IsError && (isStrict || !b.AsError.IsAbsorbable))
            return b;
        var c = third.Evaluate(ref context);
        if (c.IsError && (isStrict || !c.AsError.IsAbsorbable))
            return c;
        for (var i = 0; i < bodies.Length; i++)
        {
            if (candidates[i].Takes(0, a) && candidates[i].Takes(1, b) && candidates[i].Takes(2, c))
                return bodies[i](ref context, a, b, c);
        }
        return a.IsError ? a : b.IsError ? b : c.IsError ? c : CelErrors.NoSuchOverload(name, a, b, c);
    }
}

internal sealed class VariadicNode(string name, bool isStrict, Signature[] candidates, Node[] arguments) : Node(SizeOf(arguments))
{
    public override CelValue Evaluate(ref CelContext context)
    {
        if (arguments.Length <= FewValues.Length)
        {
            var few = default(FewValues);
            return Evaluate(ref context, ((Span<CelValue>)few)[..arguments.Length]);
        }
        var rented = ArrayPool<CelValue>.Shared.Rent(arguments.Length);
        var result = Evaluate(ref context, rented.AsSpan(0, arguments.Length));
        ArrayPool<CelValue>.Shared.Return(rented, clearArray: true);
        return result;
    }

    private CelValue Evaluate(ref CelContext context, scoped Span<CelValue> values)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Evaluate(ref context);
            if (values[i].IsError && (isStrict || !values[i].AsError.IsAbsorbable))
                return values[i];
        }
        foreach (var candidate in candidates)
        {
            if (candidate.Takes(values))
                return Call(ref context, candidate.Overload.Body, values);
        }
        foreach (ref readonly var value in values)
        {
            if (value.IsError)
                return value;
        }
        return CelErrors.NoSuchOverload(name, values);
    }

    private CelValue Call(ref CelContext context, Delegate? body, scoped ReadOnlySpan<CelValue> values) => body switch
    {
        CelVariadic variadic => variadic(ref context, values),
        CelNullary nullary => nullary(ref context),
        CelUnary unary => unary(ref context, values[0]),
        CelBinary binary => binary(ref context, values[0], values[1]),
        CelTernary ternary => ternary(ref context, values[0], values[1], values[2]),
        _ => CallNodes.NoBody(name),
    };
}

/// <summary>Room for a few values without an array of their own.</summary>
[InlineArray(Length)]
internal struct FewValues
{
    public const int Length = 8;
    private CelValue _first;
}
