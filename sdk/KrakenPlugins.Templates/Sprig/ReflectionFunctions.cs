using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>
/// Names of types and kinds as Go prints them. Integers have one type here: it is called <c>int</c>, and <c>typeIs</c> and <c>kindIs</c>
/// know it as <c>int64</c> too, which is what Go has the results of integer functions be.
/// </summary>
internal static class ReflectionFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("typeOf", static a => TemplateValue.From(a[0].TypeName), Kind.Any);
        table.Add("typeIs", static a => TemplateValue.From(IsNamed(a[0].AsString, a[1].TypeName)), Kind.String, Kind.Any);
        table.Add("typeIsLike", static a => TemplateValue.From(IsLike(a[0].AsString, a[1].TypeName)), Kind.String, Kind.Any);
        table.Add("kindOf", static a => TemplateValue.From(KindName(a[0])), Kind.Any);
        table.Add("kindIs", static a => TemplateValue.From(IsNamed(a[0].AsString, KindName(a[1]))), Kind.String, Kind.Any);
        table.Add("deepEqual", static a => TemplateValue.From(ValueEquality.AreEqual("deepEqual", a[0], a[1])), Kind.Any, Kind.Any);
    }

    private static bool IsNamed(string target, string name) =>
        string.Equals(target, name, StringComparison.Ordinal) || (name == "int" && target == "int64");

    private static bool IsLike(string target, string name) =>
        IsNamed(target, name) || (name.StartsWith('*') && name.AsSpan(1).Equals(target, StringComparison.Ordinal));

    private static string KindName(TemplateValue value) => value.Kind switch
    {
        TemplateKind.Missing or TemplateKind.Nil => "invalid",
        TemplateKind.List => "slice",
        TemplateKind.Map => "map",
        TemplateKind.Object => value.TypeName.StartsWith('*') ? "ptr" : value.TypeName == "func" ? "func" : "struct",
        _ => value.TypeName,
    };
}
