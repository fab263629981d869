using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>indexOf</c> and <c>lastIndexOf</c>, in code points.</summary>
internal static class TextSearch
{
    public static IEnumerable<CelFunction> Create() =>
    [
        new("indexOf",
            CelOverload.Member("string_index_of_string", CelType.Int, CelType.String, CelType.String, static (ref context, in a, in b) =>
                IndexOf(ref context, a.RawString, b.RawString, 0)) with { IsPure = true },
            CelOverload.Member("string_index_of_string_int", CelType.Int, CelType.String, CelType.String, CelType.Int, static (ref context, in a, in b, in from) =>
                IndexOf(ref context, a.RawString, b.RawString, from.Bits)) with { IsPure = true }),
        new("lastIndexOf",
            CelOverload.Member("string_last_index_of_string", CelType.Int, CelType.String, CelType.String, static (ref context, in a, in b) =>
                LastIndexOf(ref context, a.RawString, b.RawString, null)) with { IsPure = true },
            CelOverload.Member("string_last_index_of_string_int", CelType.Int, CelType.String, CelType.String, CelType.Int, static (ref context, in a, in b, in from) =>
                LastIndexOf(ref context, a.RawString, b.RawString, from.Bits)) with { IsPure = true }),
    ];

    private static CelValue IndexOf(ref CelContext context, string text, string wanted, long from)
    {
        if (!TextFunctions.TryChargeSearch(ref context, text, wanted))
            return CelContext.CostExceeded;
        var start = CodePoints.Offset(text, from);
        if (start < 0)
            return CelErrors.IndexOutOfRange(from);
        var found = text.IndexOf(wanted, start, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : CodePoints.Count(text.AsSpan(0, found)));
    }

    // The last one that begins at or before a position.
    private static CelValue LastIndexOf(ref CelContext context, string text, string wanted, long? from)
    {
        if (!TextFunctions.TryChargeSearch(ref context, text, wanted))
            return CelContext.CostExceeded;
        var start = from is null ? text.Length : CodePoints.Offset(text, from.Value);
        if (start < 0)
            return CelErrors.IndexOutOfRange(from!.Value);
        var end = (int)Math.Min((long)start + wanted.Length, text.Length);
        var found = text.AsSpan(0, end).LastIndexOf(wanted, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : CodePoints.Count(text.AsSpan(0, found)));
    }
}
