using System.Globalization;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Lists;

/// <summary>Elements and parts of lists.</summary>
internal static class ListSelectionFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.AddWithMust("first", static a => ElementOrNil(ListArgument.Require(a[0], "find first on"), fromEnd: false), Kind.Any);
        table.AddWithMust("last", static a => ElementOrNil(ListArgument.Require(a[0], "find last on"), fromEnd: true), Kind.Any);
        table.AddWithMust("rest", static a => Part(ListArgument.Require(a[0], "find rest on"), 1, 0), Kind.Any);
        table.AddWithMust("initial", static a => Part(ListArgument.Require(a[0], "find initial on"), 0, 1), Kind.Any);
        table.AddWithMust("uniq", static a => Unique(ListArgument.Require(a[0], "find uniq on")), Kind.Any);
        table.AddVariadicWithMust("without", static a => Without(ListArgument.Require(a[0], "find without on"), a[1..]), Kind.Any, Kind.Any);
        table.AddWithMust("has", static a => TemplateValue.From(!a[1].IsNothing && Has(a[0], ListArgument.Require(a[1], "find has on"))), Kind.Any, Kind.Any);
        table.AddVariadicWithMust("slice", Slice, Kind.Any, Kind.Any);
        table.AddWithMust("compact", static a => Compact(ListArgument.Require(a[0], "compact")), Kind.Any);
    }

    private static TemplateValue ElementOrNil(ITemplateList list, bool fromEnd) =>
        list.Count == 0 ? TemplateValue.Nil : list[fromEnd ? list.Count - 1 : 0];

    private static TemplateValue Part(ITemplateList list, int skippedFirst, int skippedLast) =>
        TemplateValue.From(list.Count == 0 ? new TemplateList() : ListArgument.Range(list, skippedFirst, list.Count - skippedLast));

    private static TemplateValue Unique(ITemplateList list)
    {
        var seen = new ValueSet("uniq");
        var result = new TemplateList();
        for (var i = 0; i < list.Count; i++)
            if (seen.Add(list[i])) result.Add(list[i]);
        return TemplateValue.From(result);
    }

    private static TemplateValue Without(ITemplateList list, ReadOnlySpan<TemplateValue> omitted)
    {
        var unwanted = new ValueSet("without");
        foreach (var value in omitted) unwanted.Add(value);
        var result = new TemplateList();
        for (var i = 0; i < list.Count; i++)
            if (!unwanted.Contains(list[i])) result.Add(list[i]);
        return TemplateValue.From(result);
    }

    private static bool Has(TemplateValue needle, ITemplateList list)
    {
        var equality = new ValueEquality("has");
        for (var i = 0; i < list.Count; i++)
            if (equality.Compare(needle, list[i])) return true;
        return false;
    }

    private static TemplateValue Slice(ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments[0].Kind != TemplateKind.List)
            throw new TemplateFunctionException($"list should be type of slice or array but {arguments[0].TypeName}");
        var list = arguments[0].AsList;
        if (list.Count == 0) return TemplateValue.Nil;
        var start = arguments.Length > 1 ? Conversion.ToInt64(arguments[1]) : 0;
        var end = arguments.Length > 2 ? Conversion.ToInt64(arguments[2]) : list.Count;
        if (start >= 0 && start <= end && end <= list.Count) return TemplateValue.From(ListArgument.Range(list, (int)start, (int)end));
        throw new TemplateFunctionException(string.Create(CultureInfo.InvariantCulture, $"slice: no part from {start} to {end} in a list of {list.Count} elements"));
    }

    private static TemplateValue Compact(ITemplateList list)
    {
        var result = new TemplateList(list.Count);
        for (var i = 0; i < list.Count; i++)
            if (list[i].IsTrue) result.Add(list[i]);
        return TemplateValue.From(result);
    }
}
