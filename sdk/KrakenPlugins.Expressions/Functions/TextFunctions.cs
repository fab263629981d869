using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>size</c>, <c>contains</c>, <c>startsWith</c>, <c>endsWith</c>, <c>matches</c>.</summary>
internal static class TextFunctions
{
    public static IEnumerable<CelFunction> Create() =>
    [
        new("size",
        [
            .. Both("string", CelType.Int, CelType.String, SizeOfText),
            .. Both("bytes", CelType.Int, CelType.Bytes, static (ref _, in a) => CelValue.Of((long)a.AsBytes.Length)),
            .. Both("list", CelType.Int, CelType.List(CelType.Parameter("A")), static (ref _, in a) => CelValue.Of((long)a.RawList.Count)),
            .. Both("map", CelType.Int, CelType.Map(CelType.Parameter("A"), CelType.Parameter("B")), static (ref _, in a) => CelValue.Of((long)a.RawMap.Count)),
        ]),
        new("contains", CelOverload.Member("contains_string", CelType.Bool, CelType.String, CelType.String, Contains) with { IsPure = true }),
        new("startsWith", CelOverload.Member("starts_with_string", CelType.Bool, CelType.String, CelType.String, StartsWith) with { IsPure = true }),
        new("endsWith", CelOverload.Member("ends_with_string", CelType.Bool, CelType.String, CelType.String, EndsWith) with { IsPure = true }),
        new("matches",
            CelOverload.Global("matches", CelType.Bool, CelType.String, CelType.String, RegexCache.Matches) with { IsPure = true, Specialize = static c => Matches(c, isMember: false) },
            CelOverload.Member("matches_string", CelType.Bool, CelType.String, CelType.String, RegexCache.Matches) with { IsPure = true, Specialize = static c => Matches(c, isMember: true) }),
    ];

    private static IEnumerable<CelOverload> Both(string name, CelType result, CelType argument, CelUnary body) =>
    [
        CelOverload.Global($"size_{name}", result, argument, body) with { IsPure = true },
        CelOverload.Member($"{name}_size", result, argument, body) with { IsPure = true },
    ];

    private static CelValue SizeOfText(ref CelContext context, in CelValue a)
    {
        var text = a.RawString;
        return context.TryChargeText(text.Length) ? CelValue.Of((long)CodePoints.Count(text)) : CelContext.CostExceeded;
    }

    private static CelValue Contains(ref CelContext context, in CelValue a, in CelValue b) => TryChargeSearch(ref context, a.RawString, b.RawString)
        ? CelValue.Of(a.RawString.Contains(b.RawString, StringComparison.Ordinal))
        : CelContext.CostExceeded;

    private static CelValue StartsWith(ref CelContext context, in CelValue a, in CelValue b) => context.TryChargeText(b.RawString.Length)
        ? CelValue.Of(a.RawString.StartsWith(b.RawString, StringComparison.Ordinal))
        : CelContext.CostExceeded;

    private static CelValue EndsWith(ref CelContext context, in CelValue a, in CelValue b) => context.TryChargeText(b.RawString.Length)
        ? CelValue.Of(a.RawString.EndsWith(b.RawString, StringComparison.Ordinal))
        : CelContext.CostExceeded;

    /// <summary>The worst case of a search is the product of the lengths, some hundreds of characters at a time.</summary>
    public static bool TryChargeSearch(ref CelContext context, string text, string wanted) =>
        context.TryCharge(1 + text.Length / 8 + (long)text.Length * wanted.Length / 2048);

    private static CelOverload? Matches(IReadOnlyList<CelValue?> constants, bool isMember)
    {
        if (constants[1] is not { Kind: CelKind.String } pattern)
            return null;
        var regex = RegexCache.Compile(pattern.AsString);
        CelBinary body = (ref context, in a, in _) => RegexCache.IsMatch(ref context, regex, a.RawString);
        return (isMember
            ? CelOverload.Member("matches_string", CelType.Bool, CelType.String, CelType.String, body)
            : CelOverload.Global("matches", CelType.Bool, CelType.String, CelType.String, body)) with { IsPure = true };
    }
}
