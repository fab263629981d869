using System.Globalization;
using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Texts taken apart and put together. An empty separator stands between any two characters.</summary>
internal static class SplitFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("split", static a => Numbered(Split("split", a[1].AsString, a[0].AsString, -1)), Kind.String, Kind.String);
        table.Add("splitn", static a => Numbered(Split("splitn", a[2].AsString, a[0].AsString, a[1].AsInt)), Kind.String, Kind.Int, Kind.String);
        table.Add("splitList", static a => TemplateValue.From(Split("splitList", a[1].AsString, a[0].AsString, -1)), Kind.String, Kind.String);
        table.Add("join", Join, Kind.String, Kind.Any);
        table.Add("toStrings", static a => TemplateValue.From(Texts(a[0])), Kind.Any);
        table.Add("sortAlpha", SortAlphabetically, Kind.Any);
    }

    /// <summary>The texts of a list's elements without those that are nothing; of any other value, a list of its text.</summary>
    private static TemplateList Texts(TemplateValue value)
    {
        if (value.Kind != TemplateKind.List)
        {
            var single = new TemplateList(1) { TypeName = "[]string" };
            if (!value.IsNothing) single.Add(TemplateValue.From(GoFormat.Print(value)));
            return single;
        }
        var list = value.AsList;
        var texts = new TemplateList(list.Count) { TypeName = "[]string" };
        for (var i = 0; i < list.Count; i++)
        {
            var element = list[i];
            if (element.Kind == TemplateKind.String) texts.Add(element);
            else if (!element.IsNothing) texts.Add(TemplateValue.From(GoFormat.Print(element)));
        }
        return texts;
    }

    private static TemplateList Split(string function, string text, string separator, long limit)
    {
        var parts = new TemplateList { TypeName = "[]string" };
        if (limit == 0) return parts;
        var at = 0;
        while (parts.Count + 1 != limit)
        {
            var end = separator.Length == 0 ? EndOfCharacter(text, at) : text.IndexOf(separator, at, StringComparison.Ordinal);
            if (end < 0) break;
            parts.Add(TemplateValue.From(text[at..end]));
            SprigLimits.CheckElements(function, parts.Count);
            at = end + separator.Length;
        }
        if (separator.Length > 0 || at < text.Length) parts.Add(TemplateValue.From(text[at..]));
        return parts;
    }

    private static int EndOfCharacter(string text, int at)
    {
        if (at >= text.Length) return -1;
        Rune.DecodeFromUtf16(text.AsSpan(at), out _, out var width);
        return at + width;
    }

    private static TemplateValue Numbered(TemplateList parts)
    {
        var map = new TemplateMap(parts.Count) { TypeName = "map[string]string" };
        for (var i = 0; i < parts.Count; i++) map.Set(string.Create(CultureInfo.InvariantCulture, $"_{i}"), parts[i]);
        return TemplateValue.From(map);
    }

    private static TemplateValue Join(ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments[1].Kind != TemplateKind.List) return TemplateValue.From(arguments[1].IsNothing ? "" : GoFormat.Print(arguments[1]));
        var list = arguments[1].AsList;
        var separator = arguments[0].AsString;
        var result = new StringBuilder();
        var isFirst = true;
        for (var i = 0; i < list.Count; i++)
        {
            var element = list[i];
            if (element.IsNothing) continue;
            if (!isFirst) result.Append(separator);
            isFirst = false;
            result.Append(GoFormat.Print(element));
            SprigLimits.CheckCharacters("join", result.Length);
        }
        return TemplateValue.From(result.ToString());
    }

    private static TemplateValue SortAlphabetically(ReadOnlySpan<TemplateValue> arguments)
    {
        var list = Texts(arguments[0]);
        var texts = new string[list.Count];
        for (var i = 0; i < texts.Length; i++) texts[i] = list[i].AsString;
        Array.Sort(texts, KeyOrder.Instance);
        for (var i = 0; i < texts.Length; i++) list[i] = TemplateValue.From(texts[i]);
        return TemplateValue.From(list);
    }
}
