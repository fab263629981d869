using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>The extension library of lists.</summary>
internal static class ListExtensions
{
    private static readonly CelType s_a = CelType.Parameter("A");
    private static readonly CelType s_list = CelType.List(s_a);

    public static IEnumerable<CelFunction> Create() =>
    [
        new("lists.range", CelOverload.Global("lists_range", CelType.List(CelType.Int), CelType.Int, Range) with { IsPure = true }),
        new("slice", CelOverload.Member("list_slice", s_list, s_list, CelType.Int, CelType.Int, Slice) with { IsPure = true }),
        new("flatten",
            CelOverload.Member("list_flatten", CelType.List(CelType.Dyn), CelType.List(s_list), static (ref context, in a) => Flatten(ref context, a, 1)) with { IsPure = true },
            CelOverload.Member("list_flatten_int", CelType.List(CelType.Dyn), CelType.List(CelType.Dyn), CelType.Int, static (ref context, in a, in depth) =>
                Flatten(ref context, a, depth.Bits)) with { IsPure = true }),
        new("distinct", CelOverload.Member("list_distinct", s_list, s_list, Distinct) with { IsPure = true }),
        new("reverse", CelOverload.Member("list_reverse", s_list, s_list, Reverse) with { IsPure = true }),
        new("sort", CelOverload.Member("list_sort", s_list, s_list, Sort) with { IsPure = true }),
        new("first", CelOverload.Member("list_first", CelType.Optional(s_a), s_list, static (ref _, in a) =>
            a.RawList.Count == 0 ? CelValue.None : CelValue.OfOptional(a.RawList[0])) with { IsPure = true }),
        new("last", CelOverload.Member("list_last", CelType.Optional(s_a), s_list, static (ref _, in a) =>
            a.RawList.Count == 0 ? CelValue.None : CelValue.OfOptional(a.RawList[^1])) with { IsPure = true }),
    ];

    private static CelValue Range(ref CelContext context, in CelValue a)
    {
        var count = Math.Max(a.Bits, 0);
        if (count > CelErrors.MaxLength || !context.TryCharge(count))
            return CelContext.CostExceeded;
        var elements = new CelValue[count];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = CelValue.Of((long)i);
        return CelValue.OfList(elements);
    }

    private static CelValue Slice(ref CelContext context, in CelValue a, in CelValue start, in CelValue end)
    {
        var list = a.RawList;
        var (from, to) = (start.Bits, end.Bits);
        if (from < 0 || to > list.Count || from > to)
            return CelValue.Error(CelErrorCode.IndexOutOfRange, $"cannot slice({from}, {to}) of a list of {list.Count}");
        if (!context.TryCharge(to - from))
            return CelContext.CostExceeded;
        var elements = new CelValue[to - from];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = list[(int)from + i];
        return CelValue.OfList(elements);
    }

    private static CelValue Flatten(ref CelContext context, in CelValue a, long depth)
    {
        if (depth < 0)
            return CelValue.Error(CelErrorCode.BadArgument, "flatten() takes a level that is not negative");
        var flat = new List<CelValue>();
        return TryFlatten(ref context, a.RawList, Math.Min(depth, 100), flat) ? CelValue.OfList([.. flat]) : CelContext.CostExceeded;
    }

    private static bool TryFlatten(ref CelContext context, CelList list, long depth, List<CelValue> flat)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (!context.TryCharge(1))
                return false;
            var element = list[i];
            if (element.Kind != CelKind.List || depth == 0)
                flat.Add(element);
            else if (!TryFlatten(ref context, element.RawList, depth - 1, flat))
                return false;
        }
        return true;
    }

    private static CelValue Distinct(ref CelContext context, in CelValue a)
    {
        var list = a.RawList;
        var distinct = new List<CelValue>();
        for (var i = 0; i < list.Count; i++)
        {
            // Every pair may be compared, as not everything that can be equal has a hash worth the name.
            if (!context.TryCharge(1 + distinct.Count))
                return CelContext.CostExceeded;
            var element = list[i];
            var isNew = true;
            foreach (var known in distinct)
                isNew = isNew && !CelEquality.AreEqual(ref context, known, element);
            if (isNew)
                distinct.Add(element);
        }
        return CelValue.OfList([.. distinct]);
    }

    private static CelValue Reverse(ref CelContext context, in CelValue a)
    {
        var list = a.RawList;
        if (!context.TryCharge(list.Count))
            return CelContext.CostExceeded;
        var elements = new CelValue[list.Count];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = list[elements.Length - 1 - i];
        return CelValue.OfList(elements);
    }

    private static CelValue Sort(ref CelContext context, in CelValue a)
    {
        var list = a.RawList;
        var elements = new CelValue[list.Count];
        for (var i = 0; i < elements.Length; i++)
        {
            // Texts are compared some twenty times each where there are a million.
            if (!context.TryCharge(20 + (list[i].Kind == CelKind.String ? list[i].RawString.Length * 2L : 0)))
                return CelContext.CostExceeded;
            elements[i] = list[i];
            var pair = new CelContext(CelInput.Empty, long.MaxValue, default);
            if (!CelOrder.TryCompare(ref pair, elements[0], elements[i], out var order) || order == CelNumber.Unordered)
                return CelErrors.NoSuchOverload("sort", elements[0], elements[i]);
        }
        Array.Sort(elements, static (x, y) =>
        {
            var pair = new CelContext(CelInput.Empty, long.MaxValue, default);
            CelOrder.TryCompare(ref pair, x, y, out var order);
            return order;
        });
        return CelValue.OfList(elements);
    }
}
