namespace KrakenPlugins.Templates.Sprig;

/// <summary>Copies of lists and maps, all the way down, that share nothing with the original.</summary>
internal struct ValueCopy
{
    private int _copied;

    public static TemplateValue Of(TemplateValue value)
    {
        var copy = new ValueCopy();
        return copy.Copy(value, 0);
    }

    private TemplateValue Copy(TemplateValue value, int depth)
    {
        SprigLimits.CheckDepth("deepCopy", depth);
        SprigLimits.CheckElements("deepCopy", ++_copied);
        return value.Kind switch
        {
            TemplateKind.List => TemplateValue.From(CopyList(value.AsList, depth + 1)),
            TemplateKind.Map => TemplateValue.From(CopyMap(value.AsMap, depth + 1)),
            _ => value,
        };
    }

    private TemplateList CopyList(ITemplateList list, int depth)
    {
        var copy = new TemplateList(list.Count) { TypeName = list.TypeName };
        for (var i = 0; i < list.Count; i++) copy.Add(Copy(list[i], depth));
        return copy;
    }

    private TemplateMap CopyMap(ITemplateMap map, int depth)
    {
        var copy = new TemplateMap(map.Count) { TypeName = map.TypeName };
        foreach (var key in map.SortedKeys)
            if (map.TryGet(key, out var value)) copy.Set(key, Copy(value, depth));
        return copy;
    }
}
