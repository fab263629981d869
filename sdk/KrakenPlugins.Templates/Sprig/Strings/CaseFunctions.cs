using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Upper and lower case, the same in every culture.</summary>
internal static class CaseFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("upper", static a => TemplateValue.From(a[0].AsString.ToUpperInvariant()), Kind.String);
        table.Add("lower", static a => TemplateValue.From(a[0].AsString.ToLowerInvariant()), Kind.String);
        table.Add("title", static a => TemplateValue.From(Title(a[0].AsString)), Kind.String);
        table.Add("untitle", static a => TemplateValue.From(Untitle(a[0].AsString)), Kind.String);
        table.Add("swapcase", static a => TemplateValue.From(SwapCase(a[0].AsString)), Kind.String);
        table.Add("initials", static a => TemplateValue.From(Initials(a[0].AsString)), Kind.String);
        table.Add("snakecase", static a => TemplateValue.From(WordCase.Separate(a[0].AsString, '_')), Kind.String);
        table.Add("kebabcase", static a => TemplateValue.From(WordCase.Separate(a[0].AsString, '-')), Kind.String);
        table.Add("camelcase", static a => TemplateValue.From(WordCase.Join(a[0].AsString)), Kind.String);
    }

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var rune in text.EnumerateRunes())
        {
            Append(result, startsWord ? Rune.ToUpperInvariant(rune) : rune);
            startsWord = IsSeparator(rune);
        }
        return result.ToString();
    }

    // Go's strings.Title: an apostrophe separates words, an underscore does not.
    private static bool IsSeparator(Rune rune)
    {
        if (rune.IsAscii) return !(char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_');
        return Rune.IsWhiteSpace(rune);
    }

    private static string Untitle(string text)
    {
        var result = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune);
            Append(result, startsWord && !isSpace ? Rune.ToLowerInvariant(rune) : rune);
            startsWord = isSpace;
        }
        return result.ToString();
    }

    // Lower case at the start of a word becomes title case, which for all but a few letters is upper case.
    private static string SwapCase(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLower(rune)) Append(result, Rune.ToUpperInvariant(rune));
            else Append(result, Rune.ToLowerInvariant(rune));
        }
        return result.ToString();
    }

    private static string Initials(string text)
    {
        var result = new StringBuilder();
        var startsWord = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune);
            if (startsWord && !isSpace) Append(result, rune);
            startsWord = isSpace;
        }
        return result.ToString();
    }

    private static void Append(StringBuilder result, Rune rune)
    {
        Span<char> characters = stackalloc char[2];
        result.Append(characters[..rune.EncodeToUtf16(characters)]);
    }
}
