using System.Buffers;

namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>Macros about values: <c>between</c>, <c>isEmpty</c>, <c>isAlphanumeric</c>, <c>uuid</c>.</summary>
internal static class ValueMacros
{
    private static readonly SearchValues<char> s_alphanumeric = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static CelFunction[] All { get; } =
    [
        new("between",
            CelOverload.Global("between_int", CelType.Bool, CelType.Int, CelType.Int, CelType.Int, BetweenInts),
            CelOverload.Global("between_double", CelType.Bool, CelType.Double, CelType.Double, CelType.Double, BetweenDoubles),
            CelOverload.Member("int_between", CelType.Bool, CelType.Int, CelType.Int, CelType.Int, BetweenInts),
            CelOverload.Member("double_between", CelType.Bool, CelType.Double, CelType.Double, CelType.Double, BetweenDoubles)),
        new("isEmpty",
            Lenient(CelOverload.Global("is_empty", CelType.Bool, CelType.Dyn, IsEmpty)),
            Lenient(CelOverload.Member("dyn_is_empty", CelType.Bool, CelType.Dyn, IsEmpty))),
        new("isAlphanumeric",
            CelOverload.Member("string_is_alphanumeric", CelType.Bool, CelType.String, IsAlphanumeric),
            CelOverload.Global("is_alphanumeric", CelType.Bool, CelType.String, IsAlphanumeric)),
        new("uuid", CelOverload.Global("uuid", CelType.String, static (ref CelContext _) => CelValue.Of(Guid.NewGuid().ToString("D")))),
    ];

    // A missing field is an error, which only a function that is not strict gets to see.
    private static CelOverload Lenient(CelOverload overload) => overload with { IsStrict = false };

    private static CelValue BetweenInts(ref CelContext context, in CelValue value, in CelValue low, in CelValue high) =>
        CelValue.Of(value.AsInt >= low.AsInt && value.AsInt <= high.AsInt);

    private static CelValue BetweenDoubles(ref CelContext context, in CelValue value, in CelValue low, in CelValue high) =>
        CelValue.Of(value.AsDouble >= low.AsDouble && value.AsDouble <= high.AsDouble);

    private static CelValue IsEmpty(ref CelContext context, in CelValue value) => value.Kind switch
    {
        CelKind.Null => CelValue.True,
        CelKind.String => CelValue.Of(value.AsString.Length == 0),
        CelKind.Bytes => CelValue.Of(value.AsBytes.Length == 0),
        CelKind.List => CelValue.Of(value.AsList.Count == 0),
        CelKind.Map => CelValue.Of(value.AsMap.Count == 0),
        CelKind.Error => value.AsError.Code is CelErrorCode.NoSuchKey or CelErrorCode.IndexOutOfRange ? CelValue.True : value,
        _ => CelValue.False,
    };

    private static CelValue IsAlphanumeric(ref CelContext context, in CelValue text) =>
        context.TryCharge(text.AsString.Length / 8 + 1)
            ? CelValue.Of(text.AsString.Length > 0 && !text.AsString.AsSpan().ContainsAnyExcept(s_alphanumeric))
            : CelContext.CostExceeded;
}
