using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>Values that may be absent.</summary>
internal static class Optionals
{
    private static readonly CelType s_a = CelType.Parameter("A");
    private static readonly CelType s_optional = CelType.Optional(s_a);

    public static IEnumerable<CelFunction> Create() =>
    [
        new("optional.none", CelOverload.Global("optional_none", s_optional, static (ref _) => CelValue.None) with { IsPure = true }),
        new("optional.of", CelOverload.Global("optional_of", s_optional, s_a, static (ref _, in a) => CelValue.OfOptional(a)) with { IsPure = true }),
        new("optional.ofNonZeroValue", CelOverload.Global("optional_ofNonZeroValue", s_optional, s_a, static (ref _, in a) =>
            IsZero(a) ? CelValue.None : CelValue.OfOptional(a)) with { IsPure = true }),
        new("optional.unwrap", CelOverload.Global("optional_unwrap", CelType.List(s_a), CelType.List(s_optional), Unwrap) with { IsPure = true }),
        new("unwrapOpt", CelOverload.Member("optional_unwrapOpt", CelType.List(s_a), CelType.List(s_optional), Unwrap) with { IsPure = true }),
        new("hasValue", CelOverload.Member("optional_hasValue", CelType.Bool, s_optional, static (ref _, in a) => CelValue.Of(a.TryGetOptional(out var _))) with { IsPure = true }),
        new("value", CelOverload.Member("optional_value", s_a, s_optional, static (ref _, in a) => a.TryGetOptional(out var content)
            ? content
            : CelValue.Error(CelErrorCode.BadArgument, "optional.none() dereference: the optional value is absent")) with { IsPure = true }),
        // What comes after the first that is there does not matter, even if it is an error.
        new("or", CelOverload.Member("optional_or_optional", s_optional, s_optional, s_optional, static (ref _, in a, in b) =>
            a.IsError || a.TryGetOptional(out var _) ? a : b) with { IsPure = true, IsStrict = false }),
        new("orValue", CelOverload.Member("optional_orValue_value", s_a, s_optional, s_a, static (ref _, in a, in b) =>
            a.IsError ? a : a.TryGetOptional(out var content) ? content : b) with { IsPure = true, IsStrict = false }),
    ];

    private static CelValue Unwrap(ref CelContext context, in CelValue a)
    {
        var list = a.RawList;
        var present = new List<CelValue>();
        for (var i = 0; i < list.Count; i++)
        {
            if (!context.TryCharge(1))
                return CelContext.CostExceeded;
            var element = list[i];
            if (element.Kind != CelKind.Optional)
                return element.IsError ? element : CelErrors.NoSuchOverload("unwrapOpt", element);
            if (element.TryGetOptional(out var content))
                present.Add(content);
        }
        return CelValue.OfList([.. present]);
    }

    private static bool IsZero(in CelValue value) => value.Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool or CelKind.Int or CelKind.Uint => value.Bits == 0,
        CelKind.Double => value.RawDouble == 0,
        CelKind.Duration or CelKind.Timestamp => value.Bits == 0 && value.RawNanos == 0,
        CelKind.String => value.RawString.Length == 0,
        CelKind.Bytes => value.AsBytes.Length == 0,
        CelKind.List => value.RawList.Count == 0,
        CelKind.Map => value.RawMap.Count == 0,
        CelKind.Optional => !value.TryGetOptional(out _),
        _ => false,
    };
}
