using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>The extension library of numbers.</summary>
internal static class MathExtensions
{
    private static readonly CelType[] s_numbers = [CelType.Int, CelType.Uint, CelType.Double];

    public static IEnumerable<CelFunction> Create() =>
    [
        Extreme("greatest", 1),
        Extreme("least", -1),
        Rounding("ceil", Math.Ceiling),
        Rounding("floor", Math.Floor),
        Rounding("round", static d => Math.Round(d, MidpointRounding.AwayFromZero)),
        Rounding("trunc", Math.Truncate),
        Test("isNaN", double.IsNaN),
        Test("isInf", double.IsInfinity),
        Test("isFinite", double.IsFinite),
        new("math.abs",
            Unary("abs_int", CelType.Int, CelType.Int, static (ref _, in a) => a.Bits == long.MinValue ? CelErrors.IntOverflow : CelValue.Of(Math.Abs(a.Bits))),
            Unary("abs_uint", CelType.Uint, CelType.Uint, static (ref _, in a) => a),
            Unary("abs_double", CelType.Double, CelType.Double, static (ref _, in a) => CelValue.Of(Math.Abs(a.RawDouble)))),
        new("math.sign",
            Unary("sign_int", CelType.Int, CelType.Int, static (ref _, in a) => CelValue.Of((long)Math.Sign(a.Bits))),
            Unary("sign_uint", CelType.Uint, CelType.Uint, static (ref _, in a) => CelValue.Of(a.Bits == 0 ? 0UL : 1UL)),
            Unary("sign_double", CelType.Double, CelType.Double, static (ref _, in a) =>
                CelValue.Of(double.IsNaN(a.RawDouble) ? double.NaN : a.RawDouble == 0 ? 0.0 : Math.Sign(a.RawDouble)))),
        new("math.sqrt",
            Unary("sqrt_int", CelType.Double, CelType.Int, static (ref _, in a) => CelValue.Of(Math.Sqrt(a.Bits))),
            Unary("sqrt_uint", CelType.Double, CelType.Uint, static (ref _, in a) => CelValue.Of(Math.Sqrt(a.AsUint))),
            Unary("sqrt_double", CelType.Double, CelType.Double, static (ref _, in a) => CelValue.Of(Math.Sqrt(a.RawDouble)))),
        Bits("bitAnd", static (a, b) => a & b),
        Bits("bitOr", static (a, b) => a | b),
        Bits("bitXor", static (a, b) => a ^ b),
        new("math.bitNot",
            Unary("bitNot_int", CelType.Int, CelType.Int, static (ref _, in a) => CelValue.Of(~a.Bits)),
            Unary("bitNot_uint", CelType.Uint, CelType.Uint, static (ref _, in a) => CelValue.Of(~a.AsUint))),
        Shift("bitShiftLeft", static (a, by) => a << by),
        Shift("bitShiftRight", static (a, by) => (long)((ulong)a >> by)),
    ];

    private static CelOverload Unary(string id, CelType result, CelType argument, CelUnary body) =>
        CelOverload.Global("math_" + id, result, argument, body) with { IsPure = true };

    private static CelFunction Rounding(string name, Func<double, double> round) => new($"math.{name}",
        Unary($"{name}_double", CelType.Double, CelType.Double, (ref _, in a) => CelValue.Of(round(a.RawDouble))));

    private static CelFunction Test(string name, Func<double, bool> test) => new($"math.{name}",
        Unary($"{name}_double", CelType.Bool, CelType.Double, (ref _, in a) => CelValue.Of(test(a.RawDouble))));

    private static CelFunction Bits(string name, Func<long, long, long> combine) => new($"math.{name}",
        CelOverload.Global($"math_{name}_int_int", CelType.Int, CelType.Int, CelType.Int, (ref _, in a, in b) => CelValue.Of(combine(a.Bits, b.Bits))) with { IsPure = true },
        CelOverload.Global($"math_{name}_uint_uint", CelType.Uint, CelType.Uint, CelType.Uint, (ref _, in a, in b) =>
            CelValue.Of(unchecked((ulong)combine(a.Bits, b.Bits)))) with { IsPure = true });

    private static CelFunction Shift(string name, Func<long, int, long> shift) => new($"math.{name}",
        CelOverload.Global($"math_{name}_int_int", CelType.Int, CelType.Int, CelType.Int, (ref _, in a, in by) => by.Bits switch
        {
            < 0 => NegativeOffset(by.Bits),
            > 63 => CelValue.Of(0L),
            _ => CelValue.Of(shift(a.Bits, (int)by.Bits)),
        }) with { IsPure = true },
        CelOverload.Global($"math_{name}_uint_int", CelType.Uint, CelType.Uint, CelType.Int, (ref _, in a, in by) => by.Bits switch
        {
            < 0 => NegativeOffset(by.Bits),
            > 63 => CelValue.Of(0UL),
            _ => CelValue.Of(unchecked((ulong)shift(a.Bits, (int)by.Bits))),
        }) with { IsPure = true });

    private static CelValue NegativeOffset(long by) => CelValue.Error(CelErrorCode.BadArgument, $"negative offset: {by}");

    // Of numbers of any types: the result has the type of the one that it is, the first of equal ones.
    private static CelFunction Extreme(string name, int direction)
    {
        var overloads = new List<CelOverload>();
        foreach (var type in s_numbers)
        {
            overloads.Add(CelOverload.Global($"math_{name}_{type}", type, [type], (ref _, scoped values) => OfValues(name, direction, values)) with { IsVariadic = true, IsPure = true });
            overloads.Add(Unary($"{name}_list_{type}", type, CelType.List(type), (ref context, in list) => OfList(ref context, name, direction, list.RawList)));
        }
        overloads.Add(CelOverload.Global($"math_{name}_mixed", CelType.Dyn, [CelType.Dyn, CelType.Dyn], (ref _, scoped values) => OfValues(name, direction, values))
            with { IsVariadic = true, IsPure = true });
        return new($"math.{name}", [.. overloads]);
    }

    private static CelValue OfValues(string name, int direction, ReadOnlySpan<CelValue> values)
    {
        var best = values[0];
        foreach (ref readonly var value in values)
        {
            if (!CelNumber.IsNumber(value.Kind))
                return CelErrors.NoSuchOverload($"math.{name}", values);
            if (CelNumber.Compare(value, best) == direction)
                best = value;
        }
        return best;
    }

    private static CelValue OfList(ref CelContext context, string name, int direction, CelList list)
    {
        if (list.Count == 0)
            return CelValue.Error(CelErrorCode.BadArgument, $"math.{name}() of an empty list");
        if (!context.TryCharge(list.Count))
            return CelContext.CostExceeded;
        var best = list[0];
        for (var i = 0; i < list.Count; i++)
        {
            var value = list[i];
            if (!CelNumber.IsNumber(value.Kind))
                return value.IsError ? value : CelErrors.NoSuchOverload($"math.{name}", value);
            if (CelNumber.Compare(value, best) == direction)
                best = value;
        }
        return best;
    }
}
