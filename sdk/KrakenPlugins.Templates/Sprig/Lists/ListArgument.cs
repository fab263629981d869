namespace KrakenPlugins.Templates.Sprig.Lists;

/// <summary>A list that a function got as an argument of any kind.</summary>
internal static class ListArgument
{
    /// <exception cref="TemplateFunctionException">The value is no list; the message is Sprig's.</exception>
    public static ITemplateList Require(TemplateValue value, string action)
    {
        if (value.Kind == TemplateKind.List) return value.AsList;
        throw new TemplateFunctionException($"Cannot {action} type {KindName(value)}");
    }

    public static TemplateList Range(ITemplateList list, int start, int end)
    {
        var result = new TemplateList(end - start);
        for (var i = start; i < end; i++) result.Add(list[i]);
        return result;
    }

    public static void AddAll(TemplateList target, ITemplateList source)
    {
        for (var i = 0; i < source.Count; i++) target.Add(source[i]);
    }

    private static string KindName(TemplateValue value) => value.Kind == TemplateKind.Map ? "map" : value.IsNothing ? "nil" : value.TypeName;
}
