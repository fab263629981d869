using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Formatting;

/// <summary>Texts as Go literals: what <c>strconv.Quote</c> and its relatives give.</summary>
internal static class GoQuote
{
    /// <summary>Appends a text between quotation marks, with escapes for what does not print, and for all but ASCII if asked.</summary>
    public static void Append(TextBuffer buffer, ReadOnlySpan<char> text, char quote, bool asciiOnly)
    {
        buffer.Append(quote);
        foreach (var rune in text.EnumerateRunes()) AppendEscaped(buffer, rune, quote, asciiOnly);
        buffer.Append(quote);
    }

    /// <summary>Whether a text can stand between back quotes on one line.</summary>
    public static bool CanBackquote(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if ((c < ' ' && c != '\t') || c is '`' or '\u007f' or '\ufeff') return false;
        }
        return true;
    }

    /// <summary>Go's <c>unicode.IsPrint</c>: letters, marks, numbers, punctuation, symbols and the space of ASCII.</summary>
    public static bool IsPrint(Rune rune)
    {
        if (rune.IsAscii) return rune.Value is >= 0x20 and < 0x7f;
        return Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }

    /// <summary>Appends a character as <c>%#U</c> does: <c>U+0023 '#'</c>.</summary>
    public static string Unicode(Rune rune)
    {
        var code = "U+" + rune.Value.ToString("X4", CultureInfo.InvariantCulture);
        return IsPrint(rune) ? $"{code} '{rune}'" : code;
    }

    private static void AppendEscaped(TextBuffer buffer, Rune rune, char quote, bool asciiOnly)
    {
        var value = rune.Value;
        if (value == quote || value == '\\')
        {
            buffer.Append('\\');
            buffer.Append(rune);
            return;
        }
        if (asciiOnly ? rune.IsAscii && IsPrint(rune) : IsPrint(rune))
        {
            buffer.Append(rune);
            return;
        }
        var letter = value switch
        {
            '\a' => 'a',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\v' => 'v',
            _ => '\0',
        };
        if (letter != '\0')
        {
            buffer.Append('\\');
            buffer.Append(letter);
            return;
        }
        var (escape, digits) = value switch
        {
            < ' ' or 0x7f => ("\\x", 2),
            < 0x10000 => ("\\u", 4),
            _ => ("\\U", 8),
        };
        buffer.Append(escape);
        for (var shift = (digits - 1) * 4; shift >= 0; shift -= 4) buffer.Append("0123456789abcdef"[(value >> shift) & 15]);
    }
}
