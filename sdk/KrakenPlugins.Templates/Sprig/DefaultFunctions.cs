using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>Choices between values. Empty are nothing, false, 0, and texts, lists and maps without content.</summary>
internal static class DefaultFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.AddVariadic("default", static a => a.Length == 1 || !a[1].IsTrue ? a[0] : a[1], Kind.Any, Kind.Any);
        table.Add("empty", static a => TemplateValue.From(!a[0].IsTrue), Kind.Any);
        table.AddVariadic("coalesce", Coalesce, Kind.Any);
        table.AddVariadic("all", All, Kind.Any);
        table.AddVariadic("any", Any, Kind.Any);
        table.Add("ternary", static a => a[2].AsBool ? a[0] : a[1], Kind.Any, Kind.Any, Kind.Bool);
        table.AddWithMust("deepCopy", static a => ValueCopy.Of(a[0]), Kind.Any);
        table.Add("fail", static a => throw new TemplateFunctionException(a[0].AsString), Kind.String);
    }

    private static TemplateValue Coalesce(ReadOnlySpan<TemplateValue> arguments)
    {
        foreach (var argument in arguments)
            if (argument.IsTrue) return argument;
        return TemplateValue.Nil;
    }

    private static TemplateValue All(ReadOnlySpan<TemplateValue> arguments)
    {
        foreach (var argument in arguments)
            if (!argument.IsTrue) return TemplateValue.From(false);
        return TemplateValue.From(true);
    }

    private static TemplateValue Any(ReadOnlySpan<TemplateValue> arguments)
    {
        foreach (var argument in arguments)
            if (argument.IsTrue) return TemplateValue.From(true);
        return TemplateValue.From(false);
    }
}
