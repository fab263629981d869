namespace KrakenPlugins.Templates.Sprig;

/// <summary>Whether values are the same all the way down. Numbers compare by value, so 4 equals the 4 of a JSON file.</summary>
internal struct ValueEquality(string function)
{
    private int _compared;

    public static bool AreEqual(string function, TemplateValue left, TemplateValue right)
    {
        var equality = new ValueEquality(function);
        return equality.Compare(left, right, 0);
    }

    public bool Compare(TemplateValue left, TemplateValue right, int depth = 0)
    {
        if (++_compared > SprigLimits.Comparisons) throw new TemplateFunctionException($"{function}: the values are too large to compare");
        if (left.IsNothing || right.IsNothing) return left.IsNothing == right.IsNothing;
        if (left.Kind != right.Kind) return AreSameNumber(left, right);
        return left.Kind switch
        {
            TemplateKind.Bool => left.AsBool == right.AsBool,
            TemplateKind.Int => left.AsInt == right.AsInt,
            TemplateKind.Float => left.AsFloat == right.AsFloat,
            TemplateKind.String => string.Equals(left.AsString, right.AsString, StringComparison.Ordinal),
            TemplateKind.List => CompareLists(left.AsList, right.AsList, depth + 1),
            TemplateKind.Map => CompareMaps(left.AsMap, right.AsMap, depth + 1),
            _ => left.AsObject.Equals(right.AsObject),
        };
    }

    private static bool AreSameNumber(TemplateValue left, TemplateValue right) =>
        left.TryGetInteger(out var first) && right.TryGetInteger(out var second) && first == second;

    private bool CompareLists(ITemplateList left, ITemplateList right, int depth)
    {
        if (ReferenceEquals(left, right)) return true;
        if (left.Count != right.Count) return false;
        SprigLimits.CheckDepth(function, depth);
        for (var i = 0; i < left.Count; i++)
            if (!Compare(left[i], right[i], depth)) return false;
        return true;
    }

    private bool CompareMaps(ITemplateMap left, ITemplateMap right, int depth)
    {
        if (ReferenceEquals(left, right)) return true;
        if (left.Count != right.Count) return false;
        SprigLimits.CheckDepth(function, depth);
        foreach (var key in left.SortedKeys)
        {
            if (!right.TryGet(key, out var other)) return false;
            left.TryGet(key, out var value);
            if (!Compare(value, other, depth)) return false;
        }
        return true;
    }
}
