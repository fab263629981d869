using KrakenPlugins.Expressions.Syntax;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

internal sealed class AddNode(Node left, Node right) : Node(left.Size + right.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = left.Evaluate(ref context);
        if (a.IsError)
            return a;
        var b = right.Evaluate(ref context);
        return b.IsError ? b : Sum.Of(ref context, a, b);
    }
}

/// <summary><c>- * / %</c>.</summary>
internal sealed class ArithmeticNode(Operator op, Node left, Node right) : Node(left.Size + right.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var a = left.Evaluate(ref context);
        if (a.IsError)
            return a;
        var b = right.Evaluate(ref context);
        return b.IsError ? b : Arithmetic.Of(op, a, b);
    }
}

internal sealed class NegateNode(Node operand) : Node(operand.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = operand.Evaluate(ref context);
        return value.Kind switch
        {
            CelKind.Error => value,
            CelKind.Int when value.Bits == long.MinValue => CelErrors.IntOverflow,
            CelKind.Int => CelValue.Of(-value.Bits),
            CelKind.Double => CelValue.Of(-value.RawDouble),
            _ => CelErrors.NoSuchOverload("-", value),
        };
    }
}

internal static class Arithmetic
{
    public static CelValue Of(Operator op, in CelValue a, in CelValue b) => (a.Kind, b.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => OfInts(op, a.Bits, b.Bits),
        (CelKind.Uint, CelKind.Uint) => OfUints(op, (ulong)a.Bits, (ulong)b.Bits),
        (CelKind.Double, CelKind.Double) when op != Operator.Modulo => CelValue.Of(op switch
        {
            Operator.Subtract => a.RawDouble - b.RawDouble,
            Operator.Multiply => a.RawDouble * b.RawDouble,
            _ => a.RawDouble / b.RawDouble,
        }),
        (CelKind.Timestamp, CelKind.Duration) when op == Operator.Subtract => CelTime.Timestamp(CelTime.Nanos(a) - CelTime.Nanos(b), a.OffsetMinutes),
        (CelKind.Timestamp, CelKind.Timestamp) or (CelKind.Duration, CelKind.Duration) when op == Operator.Subtract =>
            CelTime.Duration(CelTime.Nanos(a) - CelTime.Nanos(b)),
        _ => CelErrors.NoSuchOverload(Operators.Symbol(op), a, b),
    };

    private static CelValue OfInts(Operator op, long a, long b)
    {
        switch (op)
        {
            case Operator.Subtract:
                var difference = unchecked(a - b);
                return ((a ^ b) & (a ^ difference)) < 0 ? CelErrors.IntOverflow : CelValue.Of(difference);
            case Operator.Multiply:
                var high = Math.BigMul(a, b, out var product);
                return high != product >> 63 ? CelErrors.IntOverflow : CelValue.Of(product);
            case Operator.Divide when b == 0:
                return CelErrors.DivideByZero;
            case Operator.Modulo when b == 0:
                return CelErrors.ModulusByZero;
            default:
                if (a == long.MinValue && b == -1)
                    return CelErrors.IntOverflow;
                return CelValue.Of(op == Operator.Divide ? a / b : a % b);
        }
    }

    private static CelValue OfUints(Operator op, ulong a, ulong b)
    {
        switch (op)
        {
            case Operator.Subtract:
                return a < b ? CelErrors.IntOverflow : CelValue.Of(a - b);
            case Operator.Multiply:
                return Math.BigMul(a, b, out var product) != 0 ? CelErrors.IntOverflow : CelValue.Of(product);
            case Operator.Divide:
                return b == 0 ? CelErrors.DivideByZero : CelValue.Of(a / b);
            default:
                return b == 0 ? CelErrors.ModulusByZero : CelValue.Of(a % b);
        }
    }
}

/// <summary><c>+</c> of numbers, texts, bytes, lists and times.</summary>
internal static class Sum
{
    public static CelValue Of(ref CelContext context, in CelValue a, in CelValue b)
    {
        switch (a.Kind, b.Kind)
        {
            case (CelKind.Int, CelKind.Int):
                var sum = unchecked(a.Bits + b.Bits);
                return ((a.Bits ^ sum) & (b.Bits ^ sum)) < 0 ? CelErrors.IntOverflow : CelValue.Of(sum);
            case (CelKind.Uint, CelKind.Uint):
                var total = unchecked((ulong)a.Bits + (ulong)b.Bits);
                return total < (ulong)a.Bits ? CelErrors.IntOverflow : CelValue.Of(total);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(a.RawDouble + b.RawDouble);
            case (CelKind.String, CelKind.String):
                return Texts(ref context, a.RawString, b.RawString);
            case (CelKind.Bytes, CelKind.Bytes):
                return Bytes(ref context, a.AsBytes, b.AsBytes);
            case (CelKind.List, CelKind.List):
                return Lists(ref context, a, b);
            case (CelKind.Timestamp, CelKind.Duration):
                return CelTime.Timestamp(CelTime.Nanos(a) + CelTime.Nanos(b), a.OffsetMinutes);
            case (CelKind.Duration, CelKind.Timestamp):
                return CelTime.Timestamp(CelTime.Nanos(a) + CelTime.Nanos(b), b.OffsetMinutes);
            case (CelKind.Duration, CelKind.Duration):
                return CelTime.Duration(CelTime.Nanos(a) + CelTime.Nanos(b));
            default:
                return CelErrors.NoSuchOverload("+", a, b);
        }
    }

    private static CelValue Texts(ref CelContext context, string a, string b)
    {
        var length = (long)a.Length + b.Length;
        return context.TryChargeText(length) && length <= CelErrors.MaxLength ? CelValue.Of(string.Concat(a, b)) : CelContext.CostExceeded;
    }

    private static CelValue Bytes(ref CelContext context, byte[] a, byte[] b)
    {
        var length = (long)a.Length + b.Length;
        return context.TryChargeText(length) && length <= CelErrors.MaxLength ? CelValue.OfBytes([.. a, .. b]) : CelContext.CostExceeded;
    }

    private static CelValue Lists(ref CelContext context, in CelValue left, in CelValue right)
    {
        var (a, b) = (left.RawList, right.RawList);
        if (a.Count == 0)
            return right;
        if (b.Count == 0)
            return left;
        var count = (long)a.Count + b.Count;
        if (!context.TryCharge(count) || count > CelErrors.MaxLength)
            return CelContext.CostExceeded;
        var elements = new CelValue[count];
        for (var i = 0; i < a.Count; i++)
            elements[i] = a[i];
        for (var i = 0; i < b.Count; i++)
            elements[a.Count + i] = b[i];
        return CelValue.OfList(new ArrayList(elements));
    }
}
