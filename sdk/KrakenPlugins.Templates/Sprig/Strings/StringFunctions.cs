using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Parts, repetition, replacement and questions about texts. Lengths count bytes of UTF-8.</summary>
internal static class StringFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("hello", static _ => TemplateValue.From("Hello!"));
        table.Add("substr", static a => Substring(a[0].AsInt, a[1].AsInt, a[2].AsString), Kind.Int, Kind.Int, Kind.String);
        table.Add("trunc", static a => TemplateValue.From(Truncate(a[0].AsInt, a[1].AsString)), Kind.Int, Kind.String);
        table.Add("abbrev", static a => TemplateValue.From(Abbreviation.Shorten(a[1].AsString, 0, a[0].AsInt)), Kind.Int, Kind.String);
        table.Add("abbrevboth", static a => TemplateValue.From(AbbreviateBoth(a[0].AsInt, a[1].AsInt, a[2].AsString)), Kind.Int, Kind.Int, Kind.String);
        table.Add("repeat", static a => TemplateValue.From(Repeat(a[0].AsInt, a[1].AsString)), Kind.Int, Kind.String);
        table.Add("replace", static a => TemplateValue.From(Replace(a[0].AsString, a[1].AsString, a[2].AsString)), Kind.String, Kind.String, Kind.String);
        table.Add("contains", static a => TemplateValue.From(a[1].AsString.Contains(a[0].AsString, StringComparison.Ordinal)), Kind.String, Kind.String);
        table.Add("hasPrefix", static a => TemplateValue.From(a[1].AsString.StartsWith(a[0].AsString, StringComparison.Ordinal)), Kind.String, Kind.String);
        table.Add("hasSuffix", static a => TemplateValue.From(a[1].AsString.EndsWith(a[0].AsString, StringComparison.Ordinal)), Kind.String, Kind.String);
        table.Add("plural", static a => a[2].AsInt == 1 ? a[0] : a[1], Kind.String, Kind.String, Kind.Int);
        table.Add("wrap", static a => TemplateValue.From(WordWrap.Wrap(a[1].AsString, a[0].AsInt, "\n", breaksWords: false)), Kind.Int, Kind.String);
        table.Add("wrapWith", static a => TemplateValue.From(WordWrap.Wrap(a[2].AsString, a[0].AsInt, a[1].AsString, breaksWords: true)), Kind.Int, Kind.String, Kind.String);
        table.Add("indent", static a => TemplateValue.From(Indent("indent", a[0].AsInt, a[1].AsString, "")), Kind.Int, Kind.String);
        table.Add("nindent", static a => TemplateValue.From(Indent("nindent", a[0].AsInt, a[1].AsString, "\n")), Kind.Int, Kind.String);
        table.Add("toString", static a => a[0].Kind == TemplateKind.String ? a[0] : TemplateValue.From(GoFormat.Print(a[0])), Kind.Any);
    }

    private static TemplateValue Substring(long start, long end, string text)
    {
        var length = Utf8Range.Length(text);
        var (from, to) = start < 0 ? (0, end) : (start, end < 0 || end > length ? length : end);
        if (from >= 0 && from <= to && to <= length) return TemplateValue.From(Utf8Range.Slice(text, (int)from, (int)to));
        throw new TemplateFunctionException(FormattableString.Invariant($"substr: no part from {start} to {end} in a text of {length} bytes"));
    }

    private static string Truncate(long limit, string text)
    {
        var length = Utf8Range.Length(text);
        if (limit >= 0) return length > limit ? Utf8Range.Slice(text, 0, (int)limit) : text;
        return length + limit > 0 ? Utf8Range.Slice(text, (int)(length + limit), length) : text;
    }

    private static string AbbreviateBoth(long left, long right, string text) =>
        right < 4 || (left > 0 && right < 7) ? text : Abbreviation.Shorten(text, left, right);

    private static string Repeat(long count, string text)
    {
        if (count < 0) throw new TemplateFunctionException("repeat: negative repeat count");
        if (count == 0 || text.Length == 0) return "";
        SprigLimits.CheckCharacters("repeat", count > SprigLimits.Characters ? count : count * text.Length);
        return text.Length == 1 ? new string(text[0], (int)count) : new StringBuilder(text.Length * (int)count).Insert(0, text, (int)count).ToString();
    }

    private static string Replace(string old, string replacement, string text)
    {
        if (old.Length == 0) return InsertEverywhere(replacement, text);
        if (replacement.Length > old.Length)
        {
            long count = text.AsSpan().Count(old);
            SprigLimits.CheckCharacters("replace", text.Length + count * (replacement.Length - old.Length));
        }
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    // Go finds the empty text before every character and at the end.
    private static string InsertEverywhere(string inserted, string text)
    {
        SprigLimits.CheckCharacters("replace", text.Length + (text.Length + 1L) * inserted.Length);
        var result = new StringBuilder(inserted);
        foreach (var rune in text.EnumerateRunes()) result.Append(rune.ToString()).Append(inserted);
        return result.ToString();
    }

    private static string Indent(string function, long spaces, string text, string before)
    {
        if (spaces < 0) throw new TemplateFunctionException($"{function}: negative repeat count");
        SprigLimits.CheckCharacters(function, spaces);
        var lines = text.AsSpan().Count('\n') + 1L;
        SprigLimits.CheckCharacters(function, before.Length + text.Length + spaces * lines);
        var padding = new string(' ', (int)spaces);
        return string.Concat(before, padding, text.Replace("\n", "\n" + padding, StringComparison.Ordinal));
    }
}
