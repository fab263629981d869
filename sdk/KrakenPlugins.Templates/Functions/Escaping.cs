using System.Buffers;
using System.Globalization;
using System.Text;
using KrakenPlugins.Templates.Formatting;

namespace KrakenPlugins.Templates.Functions;

/// <summary>Go's <c>html</c>, <c>js</c> and <c>urlquery</c>.</summary>
internal static class Escaping
{
    private static readonly SearchValues<char> s_html = SearchValues.Create("\0\"'&<>");

    /// <summary>The arguments as <c>print</c> writes them, but nothing as <c>&lt;no value&gt;</c>.</summary>
    public static string TextOf(ReadOnlySpan<TemplateValue> arguments)
    {
        var printed = arguments.ToArray();
        foreach (ref var argument in printed.AsSpan())
        {
            if (argument.IsNothing) argument = TemplateValue.From("<no value>");
        }
        return GoFormat.Print(printed);
    }

    public static string Html(string text)
    {
        if (!text.AsSpan().ContainsAny(s_html)) return text;
        var result = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            result.Append(c switch
            {
                '\0' => "\uFFFD",
                '"' => "&#34;",
                '\'' => "&#39;",
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                _ => null,
            });
            if (!s_html.Contains(c)) result.Append(c);
        }
        return result.ToString();
    }

    public static string JavaScript(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\\' or '\'' or '"':
                    result.Append('\\').Append((char)rune.Value);
                    break;
                case '<' or '>' or '&' or '=' or < ' ':
                    result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
                    break;
                default:
                    if (rune.IsAscii || GoQuote.IsPrint(rune)) result.Append(rune.ToString());
                    else result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
                    break;
            }
        }
        return result.ToString();
    }

    public static string Query(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b < 0x80 && (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')) result.Append((char)b);
            else if (b == ' ') result.Append('+');
            else result.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }
        return result.ToString();
    }
}
