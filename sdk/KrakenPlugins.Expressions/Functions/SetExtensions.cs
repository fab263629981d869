using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>Lists as sets.</summary>
internal static class SetExtensions
{
    private static readonly CelType s_list = CelType.List(CelType.Parameter("A"));

    public static IEnumerable<CelFunction> Create() =>
    [
        Relation("contains", static (ref context, in a, in b) => HasAll(ref context, a.RawList, b.RawList)),
        Relation("equivalent", static (ref context, in a, in b) => HasAll(ref context, a.RawList, b.RawList) is { IsTrue: false } no ? no : HasAll(ref context, b.RawList, a.RawList)),
        Relation("intersects", Intersects),
    ];

    private static CelFunction Relation(string name, CelBinary body) =>
        new($"sets.{name}", CelOverload.Global($"list_sets_{name}_list", CelType.Bool, s_list, s_list, body) with { IsPure = true });

    private static CelValue HasAll(ref CelContext context, CelList set, CelList wanted)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            if (Has(ref context, set, wanted[i]) is { IsTrue: false } no)
                return no;
        }
        return CelValue.True;
    }

    private static CelValue Intersects(ref CelContext context, in CelValue a, in CelValue b)
    {
        var list = a.RawList;
        for (var i = 0; i < list.Count; i++)
        {
            var isThere = Has(ref context, b.RawList, list[i]);
            if (isThere.IsTrue || isThere.IsError)
                return isThere;
        }
        return CelValue.False;
    }

    public static CelValue Has(ref CelContext context, CelList list, in CelValue value)
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
