using System.Buffers;
using System.Globalization;
using System.Text;

namespace KrakenPlugins.Yaml;

/// <summary>Writes texts: plain where every reader, of YAML 1.1 too, takes them for texts, else in double quotes.</summary>
internal static class YamlText
{
    private static readonly SearchValues<char> s_ofNumbers = SearchValues.Create("0123456789abcdefABCDEF_:.+-xoXOTZtz ");
    private static readonly SearchValues<char> s_escaped = SearchValues.Create("\"\\" + Unprintable());
    private static readonly SearchValues<char> s_unprintable = SearchValues.Create(Unprintable());

    public static void Write(string text, IBufferWriter<byte> output)
    {
        if (IsPlain(text))
        {
            Encoding.UTF8.GetBytes(text, output);
            return;
        }
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.IndexOfAny(s_escaped) is >= 0 and var at)
        {
            Encoding.UTF8.GetBytes(rest[..at], output);
            Escape(rest[at], output);
            rest = rest[(at + 1)..];
        }
        Encoding.UTF8.GetBytes(rest, output);
        output.Write("\""u8);
    }

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsLetterOrDigit(text[0]) || text[0] is '_' or '/' or '$' or '('))
            return false;
        if (text[^1] is ' ' or ':' || text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal))
            return false;
        if (text.AsSpan().ContainsAny(s_unprintable))
            return false;
        return !(char.IsAsciiDigit(text[0]) && text.AsSpan().IndexOfAnyExcept(s_ofNumbers) < 0) && !IsWord(text);
    }

    private static bool IsWord(string text) => text.Length <= 5
        && (Is(text, "true") || Is(text, "false") || Is(text, "null") || Is(text, "yes") || Is(text, "no") || Is(text, "on") || Is(text, "off") || Is(text, "y") || Is(text, "n"));

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static void Escape(char c, IBufferWriter<byte> output)
    {
        switch (c)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            default:
                Span<char> digits = stackalloc char[4];
                ((int)c).TryFormat(digits, out _, "x4", CultureInfo.InvariantCulture);
                output.Write("\\u"u8);
                Encoding.UTF8.GetBytes(digits, output);
                break;
        }
    }

    /// <summary>Control characters, ends of lines, and what is not printable in YAML.</summary>
    private static string Unprintable()
    {
        var unprintable = new StringBuilder("\u2028\u2029\ufeff\ufffe\uffff");
        for (var c = '\0'; c < ' '; c++)
            unprintable.Append(c);
        for (var c = '\x7f'; c <= '\x9f'; c++)
            unprintable.Append(c);
        return unprintable.ToString();
    }
}
