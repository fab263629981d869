using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Characters taken off the ends of texts. What is trimmed comes first, the text last.</summary>
internal static class TrimFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("trim", static a => TemplateValue.From(a[0].AsString.Trim()), Kind.String);
        table.Add("trimAll", TrimAll, Kind.String, Kind.String);
        table.Add("trimall", TrimAll, Kind.String, Kind.String);
        table.Add("trimPrefix", TrimPrefix, Kind.String, Kind.String);
        table.Add("trimSuffix", TrimSuffix, Kind.String, Kind.String);
        table.Add("nospace", static a => TemplateValue.From(WithoutSpace(a[0].AsString)), Kind.String);
    }

    private static TemplateValue TrimAll(ReadOnlySpan<TemplateValue> arguments)
    {
        var (set, text) = (arguments[0].AsString, arguments[1].AsString);
        if (!set.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return set.Length == 0 ? arguments[1] : TemplateValue.From(text.AsSpan().Trim(set).ToString());
        var (start, end) = (0, text.Length);
        while (start < end && Rune.DecodeFromUtf16(text.AsSpan(start, end - start), out var first, out var width) == 0 && Contains(set, first)) start += width;
        while (start < end && Rune.DecodeLastFromUtf16(text.AsSpan(start, end - start), out var last, out var width) == 0 && Contains(set, last)) end -= width;
        return TemplateValue.From(text[start..end]);
    }

    private static bool Contains(string set, Rune rune)
    {
        foreach (var member in set.EnumerateRunes())
            if (member == rune) return true;
        return false;
    }

    private static TemplateValue TrimPrefix(ReadOnlySpan<TemplateValue> arguments)
    {
        var (prefix, text) = (arguments[0].AsString, arguments[1].AsString);
        return text.StartsWith(prefix, StringComparison.Ordinal) ? TemplateValue.From(text[prefix.Length..]) : arguments[1];
    }

    private static TemplateValue TrimSuffix(ReadOnlySpan<TemplateValue> arguments)
    {
        var (suffix, text) = (arguments[0].AsString, arguments[1].AsString);
        return text.EndsWith(suffix, StringComparison.Ordinal) ? TemplateValue.From(text[..^suffix.Length]) : arguments[1];
    }

    private static string WithoutSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
            if (!char.IsWhiteSpace(c)) result.Append(c);
        return result.Length == text.Length ? text : result.ToString();
    }
}
