using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Maps;

/// <summary>
/// Maps merged into the first one. Nested maps are merged, lists are not. What comes from another map is not copied:
/// a later merge into it changes that map too, unless <c>deepCopy</c> comes between.
/// </summary>
internal struct MapMerging
{
    private readonly bool _overwrites;
    private int _visited;

    private MapMerging(bool overwrites) => _overwrites = overwrites;

    public static void AddTo(FunctionTable table)
    {
        table.AddVariadicWithMust("merge", static a => Merge(a, overwrites: false), Kind.Map, Kind.Map);
        table.AddVariadicWithMust("mergeOverwrite", static a => Merge(a, overwrites: true), Kind.Map, Kind.Map);
    }

    private static TemplateValue Merge(ReadOnlySpan<TemplateValue> arguments, bool overwrites)
    {
        var target = arguments[0].IsNothing ? new TemplateMap() : MapFunctions.Changeable(arguments[0]);
        var merging = new MapMerging(overwrites);
        foreach (var source in arguments[1..])
            if (!source.IsNothing) merging.Fill(target, source.AsMap, 0);
        return TemplateValue.From(target);
    }

    private void Fill(TemplateMap target, ITemplateMap source, int depth)
    {
        if (ReferenceEquals(target, source)) return;
        SprigLimits.CheckDepth("merge", depth);
        _visited += source.Count;
        SprigLimits.CheckElements("merge", _visited);
        foreach (var key in source.SortedKeys)
        {
            if (!source.TryGet(key, out var value)) continue;
            target.TryGet(key, out var present);
            if (value.Kind == TemplateKind.Map && present.Kind == TemplateKind.Map) FillNested(target, key, present, value.AsMap, depth);
            else if (Replaces(present, value)) target.Set(key, value);
        }
    }

    private void FillNested(TemplateMap target, string key, TemplateValue present, ITemplateMap value, int depth)
    {
        var nested = MapFunctions.Changeable(present);
        if (!ReferenceEquals(nested, present.AsMap)) target.Set(key, TemplateValue.From(nested));
        Fill(nested, value, depth + 1);
    }

    // As in Go an empty value (nil, false, 0, "") counts as missing, and nil fills nothing.
    private readonly bool Replaces(TemplateValue present, TemplateValue value) => _overwrites || (!present.IsTrue && !value.IsNothing);
}
