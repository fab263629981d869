using KrakenPlugins.Expressions.Syntax;

namespace KrakenPlugins.Expressions.Checking;

/// <summary>What a function or operator takes and gives.</summary>
internal readonly record struct TypeSignature(CelType Result, params CelType[] Parameters);

/// <summary>The signatures of the operators.</summary>
internal static class OperatorTypes
{
    private static readonly CelType s_a = CelType.Parameter("A");
    private static readonly CelType s_b = CelType.Parameter("B");
    private static readonly CelType s_listOfA = CelType.List(s_a);
    private static readonly CelType s_mapOfAToB = CelType.Map(s_a, s_b);
    private static readonly CelType[] s_numbers = [CelType.Int, CelType.Uint, CelType.Double];

    private static readonly TypeSignature[] s_order =
    [
        .. from left in s_numbers from right in s_numbers select new TypeSignature(CelType.Bool, left, right),
        .. from type in new[] { CelType.Bool, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration } select new TypeSignature(CelType.Bool, type, type),
    ];

    private static readonly TypeSignature[] s_arithmetic = [.. s_numbers.Select(static n => new TypeSignature(n, n, n))];
    private static readonly TypeSignature[] s_equal = [new(CelType.Bool, s_a, s_a)];
    private static readonly TypeSignature[] s_conditional = [new(s_a, CelType.Bool, s_a, s_a)];
    private static readonly TypeSignature[] s_in = [new(CelType.Bool, s_a, s_listOfA), new(CelType.Bool, s_a, s_mapOfAToB)];
    private static readonly TypeSignature[] s_not = [new(CelType.Bool, CelType.Bool)];
    private static readonly TypeSignature[] s_negate = [new(CelType.Int, CelType.Int), new(CelType.Double, CelType.Double)];
    private static readonly TypeSignature[] s_modulo = s_arithmetic[..2];

    private static readonly TypeSignature[] s_add =
    [
        .. s_arithmetic,
        new(CelType.String, CelType.String, CelType.String),
        new(CelType.Bytes, CelType.Bytes, CelType.Bytes),
        new(s_listOfA, s_listOfA, s_listOfA),
        new(CelType.Timestamp, CelType.Timestamp, CelType.Duration),
        new(CelType.Timestamp, CelType.Duration, CelType.Timestamp),
        new(CelType.Duration, CelType.Duration, CelType.Duration),
    ];

    private static readonly TypeSignature[] s_subtract =
    [
        .. s_arithmetic,
        new(CelType.Duration, CelType.Timestamp, CelType.Timestamp),
        new(CelType.Timestamp, CelType.Timestamp, CelType.Duration),
        new(CelType.Duration, CelType.Duration, CelType.Duration),
    ];

    /// <summary>Of <c>a[i]</c>.</summary>
    public static TypeSignature[] Index { get; } =
    [
        new(s_a, s_listOfA, CelType.Int),
        new(s_b, s_mapOfAToB, s_a),
        new(CelType.Optional(s_a), CelType.Optional(s_listOfA), CelType.Int),
        new(CelType.Optional(s_b), CelType.Optional(s_mapOfAToB), s_a),
    ];

    /// <summary>Of <c>a[?i]</c>.</summary>
    public static TypeSignature[] OptionalIndex { get; } =
    [
        new(CelType.Optional(s_a), s_listOfA, CelType.Int),
        new(CelType.Optional(s_b), s_mapOfAToB, s_a),
        .. Index[2..],
    ];

    public static TypeSignature[] Of(Operator op) => op switch
    {
        Operator.Conditional => s_conditional,
        Operator.Equal or Operator.NotEqual => s_equal,
        Operator.In => s_in,
        Operator.Add => s_add,
        Operator.Subtract => s_subtract,
        Operator.Multiply or Operator.Divide => s_arithmetic,
        Operator.Modulo => s_modulo,
        Operator.Not => s_not,
        Operator.Negate => s_negate,
        _ => s_order,
    };
}
