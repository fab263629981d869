using System.Globalization;
using System.Text;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>Texts in quotes as Go writes them (<c>strconv.Quote</c>).</summary>
internal static class GoQuote
{
    /// <summary>A text in double quotes, or in backquotes where that is asked for and can be.</summary>
    public static string Text(ReadOnlySpan<char> text, bool preferBackquotes)
    {
        if (preferBackquotes && text.IndexOf('`') < 0 && LineEscape.IndexOfSpecial(text) is var special && (special < 0 || CanBackquote(text)))
            return $"`{text}`";
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
            Append(quoted, rune, '"');
        return quoted.Append('"').ToString();
    }

    /// <summary>A code point in single quotes; what is none becomes U+FFFD.</summary>
    public static string Rune(long value)
    {
        var rune = value is >= 0 and <= 0x10ffff && System.Text.Rune.IsValid((int)value) ? new Rune((int)value) : System.Text.Rune.ReplacementChar;
        var quoted = new StringBuilder("'");
        Append(quoted, rune, '\'');
        return quoted.Append('\'').ToString();
    }

    private static bool CanBackquote(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                return false;
        }
        return true;
    }

    private static void Append(StringBuilder quoted, Rune rune, char quote)
    {
        switch (rune.Value)
        {
            case '\\':
                quoted.Append("\\\\");
                break;
            case var c when c == quote:
                quoted.Append('\\').Append(quote);
                break;
            case '\a':
                quoted.Append("\\a");
                break;
            case '\b':
                quoted.Append("\\b");
                break;
            case '\f':
                quoted.Append("\\f");
                break;
            case '\n':
                quoted.Append("\\n");
                break;
            case '\r':
                quoted.Append("\\r");
                break;
            case '\t':
                quoted.Append("\\t");
                break;
            case '\v':
                quoted.Append("\\v");
                break;
            case < ' ' or 0x7f:
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            default:
                if (IsPrintable(rune))
                    quoted.Append(rune.ToString());
                else if (rune.Value <= 0xffff)
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                else
                    quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                break;
        }
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || System.Text.Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
