using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>Environment variables.</summary>
internal static class EnvironmentFunctions
{
    public static void AddTo(FunctionTable table, Func<string, string?> environment)
    {
        table.Add("env", a => TemplateValue.From(environment(a[0].AsString) ?? ""), Kind.String);
        table.Add("expandenv", a => TemplateValue.From(Expand(a[0].AsString, environment)), Kind.String);
    }

    private static string Expand(string text, Func<string, string?> environment)
    {
        var dollar = text.IndexOf('$', StringComparison.Ordinal);
        if (dollar < 0) return text;
        var result = new StringBuilder(text.Length);
        var at = 0;
        for (; dollar >= 0 && dollar + 1 < text.Length; dollar = text.IndexOf('$', at))
        {
            result.Append(text, at, dollar - at);
            var width = NameAt(text.AsSpan(dollar + 1), out var name);
            if (width == 0) result.Append('$');
            else if (name.Length > 0) result.Append(environment(name.ToString()));
            SprigLimits.CheckCharacters("expandenv", result.Length);
            at = dollar + 1 + width;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    // A name that is empty over a width is bad syntax, which Go drops.
    private static int NameAt(ReadOnlySpan<char> text, out ReadOnlySpan<char> name)
    {
        name = default;
        if (text[0] == '{')
        {
            var end = text.IndexOf('}');
            if (end < 0) return 1;
            name = text[1..end];
            return end + 1;
        }
        var length = 0;
        if (text[0] is '*' or '#' or '$' or '@' or '!' or '?' or '-' || char.IsAsciiDigit(text[0])) length = 1;
        else
            while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_')) length++;
        name = text[..length];
        return length;
    }
}
