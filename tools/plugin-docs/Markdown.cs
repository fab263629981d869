using System.Text;

namespace PluginDocs;

/// <summary>Texts of schemas as Markdown.</summary>
internal static class Markdown
{
    /// <summary>A text on one line, in which only code spans mean something.</summary>
    public static string Text(string text)
    {
        var line = new StringBuilder(text.Length);
        var code = false;
        foreach (var c in string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        {
            code ^= c == '`';
            if (c == '|' || (!code && c is '*' or '<' or '[' or '\\'))
                line.Append('\\');
            line.Append(c);
        }
        return line.ToString();
    }

    /// <summary>A code span that may stand in a table.</summary>
    public static string Code(string text)
    {
        var line = text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
        return line.Contains('`', StringComparison.Ordinal) ? $"`` {line} ``" : $"`{line}`";
    }

    /// <summary>Names as code: <c>a</c>, <c>b</c> and <c>c</c>.</summary>
    public static string List(IReadOnlyList<string> names, string conjunction = "and") =>
        names.Count < 2 ? string.Concat(names.Select(Code)) : $"{string.Join(", ", names.SkipLast(1).Select(Code))} {conjunction} {Code(names[^1])}";

    /// <summary>The anchor that readers of Markdown make of a heading.</summary>
    public static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
}
