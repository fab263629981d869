using KrakenPlugins.Re2;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Regular expressions of RE2: the pattern comes first. A pattern that does not parse is an error in every function.</summary>
internal static class RegexFunctions
{
    public static void AddTo(FunctionTable table)
    {
        var patterns = new PatternCache();
        table.AddWithMust("regexMatch", a => TemplateValue.From(patterns.Get(a[0].AsString).IsMatch(a[1].AsString)), Kind.String, Kind.String);
        table.AddWithMust("regexFind", a => TemplateValue.From(patterns.Get(a[0].AsString).Match(a[1].AsString)?.Value ?? ""), Kind.String, Kind.String);
        table.AddWithMust("regexFindAll", a => FindAll(patterns.Get(a[0].AsString), a[1].AsString, a[2].AsInt), Kind.String, Kind.String, Kind.Int);
        table.AddWithMust("regexReplaceAll", a => ReplaceAll(patterns.Get(a[0].AsString), a[1].AsString, a[2].AsString), Kind.String, Kind.String, Kind.String);
        table.AddWithMust("regexReplaceAllLiteral", a => ReplaceAllLiteral(patterns.Get(a[0].AsString), a[1].AsString, a[2].AsString), Kind.String, Kind.String, Kind.String);
        table.AddWithMust("regexSplit", a => Split(patterns.Get(a[0].AsString), a[1].AsString, a[2].AsInt), Kind.String, Kind.String, Kind.Int);
        table.Add("regexQuoteMeta", static a => TemplateValue.From(Re2Regex.QuoteMeta(a[0].AsString)), Kind.String);
    }

    private static TemplateValue FindAll(Re2Regex regex, string text, long limit)
    {
        var matches = regex.FindAll(text, Bounded(limit));
        SprigLimits.CheckElements("regexFindAll", matches.Count);
        var result = new TemplateList(matches.Count) { TypeName = "[]string" };
        foreach (var match in matches) result.Add(TemplateValue.From(match.Value));
        return TemplateValue.From(result);
    }

    private static TemplateValue ReplaceAll(Re2Regex regex, string text, string template)
    {
        if (!template.Contains('$', StringComparison.Ordinal)) return ReplaceAllLiteral(regex, text, template);
        long length = text.Length;
        return TemplateValue.From(regex.ReplaceAll(text, match =>
        {
            var replacement = match.Expand(template);
            SprigLimits.CheckCharacters("regexReplaceAll", length += replacement.Length);
            return replacement;
        }));
    }

    private static TemplateValue ReplaceAllLiteral(Re2Regex regex, string text, string replacement)
    {
        long most = text.Length + (text.Length + 1L) * replacement.Length;
        if (most <= SprigLimits.Characters) return TemplateValue.From(regex.ReplaceAllLiteral(text, replacement));
        long length = text.Length;
        return TemplateValue.From(regex.ReplaceAll(text, _ =>
        {
            SprigLimits.CheckCharacters("regexReplaceAllLiteral", length += replacement.Length);
            return replacement;
        }));
    }

    private static TemplateValue Split(Re2Regex regex, string text, long limit)
    {
        var parts = regex.Split(text, Bounded(limit));
        SprigLimits.CheckElements("regexSplit", parts.Count);
        var result = new TemplateList(parts.Count) { TypeName = "[]string" };
        foreach (var part in parts) result.Add(TemplateValue.From(part));
        return TemplateValue.From(result);
    }

    // One more than a result may have, so that a longer one is seen.
    private static int Bounded(long limit) => limit < 0 || limit > SprigLimits.Elements ? SprigLimits.Elements + 1 : (int)limit;
}
