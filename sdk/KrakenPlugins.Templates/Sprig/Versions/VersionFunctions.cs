using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Versions;

/// <summary>Semantic versions.</summary>
internal static class VersionFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("semver", static a => TemplateValue.FromObject(Parse(a[0].AsString)), Kind.String);
        table.Add("semverCompare", Compare, Kind.String, Kind.String);
    }

    private static SemanticVersion Parse(string text) =>
        SemanticVersion.TryParse(text, out var version) ? version : throw new TemplateFunctionException($"invalid semantic version: {GoFormat.Quote(text)}");

    private static TemplateValue Compare(ReadOnlySpan<TemplateValue> arguments)
    {
        var text = arguments[0].AsString;
        if (!VersionConstraint.TryParse(text, out var constraint)) throw new TemplateFunctionException($"improper constraint: {text}");
        return TemplateValue.From(constraint.IsMetBy(Parse(arguments[1].AsString)));
    }
}
