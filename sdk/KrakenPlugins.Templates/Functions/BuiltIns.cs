using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Templates.Functions;

/// <summary>The functions that Go's templates have by themselves. <c>and</c>, <c>or</c> and <c>call</c> are part of the engine.</summary>
internal static class BuiltIns
{
    private static readonly FrozenDictionary<string, TemplateFunction> s_functions = new[]
    {
        Variadic("eq", [TemplateParameter.Raw, TemplateParameter.Raw], static a => TemplateValue.From(Comparison.AreEqual(a[0], a[1..]))),
        Fixed("ne", [TemplateParameter.Raw, TemplateParameter.Raw], static a => TemplateValue.From(!Comparison.AreEqual(a[0], a[1..]))),
        Fixed("lt", [TemplateParameter.Raw, TemplateParameter.Raw], static a => TemplateValue.From(Comparison.IsLess(a[0], a[1]))),
        Fixed("le", [TemplateParameter.Raw, TemplateParameter.Raw], static a => TemplateValue.From(Comparison.IsLessOrEqual(a[0], a[1]))),
        Fixed("gt", [TemplateParameter.Raw, TemplateParameter.Raw], static a => TemplateValue.From(!Comparison.IsLessOrEqual(a[0], a[1]))),
        Fixed("ge", [TemplateParameter.Raw, TemplateParameter.Raw], static a => TemplateValue.From(!Comparison.IsLess(a[0], a[1]))),
        Fixed("not", [TemplateParameter.Raw], static a => TemplateValue.From(!a[0].IsTrue)),
        Fixed("len", [TemplateParameter.Raw], static a => Elements.Length(a[0])),
        Variadic("index", [TemplateParameter.Raw, TemplateParameter.Raw], static a => Elements.Index(a[0], a[1..])),
        Variadic("slice", [TemplateParameter.Raw, TemplateParameter.Raw], static a => Elements.Slice(a[0], a[1..])),
        Variadic("print", [TemplateParameter.Any], static a => TemplateValue.From(GoFormat.Print(a))),
        Variadic("println", [TemplateParameter.Any], static a => TemplateValue.From(GoFormat.PrintLine(a))),
        Variadic("printf", [TemplateParameter.String, TemplateParameter.Any], static a => TemplateValue.From(GoFormat.Format(a[0].AsString, a[1..]))),
        Variadic("html", [TemplateParameter.Any], static a => TemplateValue.From(Escaping.Html(Escaping.TextOf(a)))),
        Variadic("js", [TemplateParameter.Any], static a => TemplateValue.From(Escaping.JavaScript(Escaping.TextOf(a)))),
        Variadic("urlquery", [TemplateParameter.Any], static a => TemplateValue.From(Escaping.Query(Escaping.TextOf(a)))),
    }.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    public static bool TryGet(string name, [NotNullWhen(true)] out TemplateFunction? function) => s_functions.TryGetValue(name, out function);

    private static TemplateFunction Fixed(string name, TemplateParameter[] parameters, TemplateFunctionBody body) =>
        new(name, parameters, isVariadic: false, body);

    private static TemplateFunction Variadic(string name, TemplateParameter[] parameters, TemplateFunctionBody body) =>
        new(name, parameters, isVariadic: true, body);
}
