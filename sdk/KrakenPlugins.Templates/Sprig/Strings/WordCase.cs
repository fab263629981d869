using System.Text;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>
/// Names between <c>CamelCase</c> and <c>snake_case</c>. Spaces, hyphens and underscores connect words; other punctuation stands for itself;
/// a number belongs to the word before it, or to the lower-case letters behind it: <c>Bld4Floor3rd</c> is <c>bld4_floor_3rd</c>.
/// </summary>
internal static class WordCase
{
    private enum Run
    {
        None,
        Connector,
        Punctuation,
        Upper,
        Lower,
        Number,
        Other,
    }

    public static string Separate(string text, char connector)
    {
        var result = new StringBuilder(text.Length + 8);
        var previous = Run.None;
        for (var at = 0; at < text.Length;)
        {
            var (kind, end) = WordAt(text, at);
            if (IsWord(kind) && IsWord(previous)) result.Append(connector);
            if (kind == Run.Connector) result.Append(connector);
            else result.Append(text[at..end].ToLowerInvariant());
            (previous, at) = (kind, end);
        }
        return result.ToString();
    }

    public static string Join(string text)
    {
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length && IsConnector(text[at])) at++;
        result.Append(text, 0, at);
        for (var startsWord = true; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && IsConnector(text[end])) end++;
            if (end == text.Length) return result.Append(text, at, end - at).ToString();
            if (end > at)
            {
                // One of the connectors is what joining takes away.
                result.Append(text, at, end - at - 1);
                (at, startsWord) = (end, true);
                continue;
            }
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var width);
            result.Append((startsWord ? Rune.ToUpperInvariant(rune) : rune).ToString());
            (at, startsWord) = (at + width, false);
        }
        return result.ToString();
    }

    private static (Run Kind, int End) WordAt(string text, int at)
    {
        var kind = KindAt(text, at, out var width);
        if (kind is Run.Connector or Run.Punctuation) return (kind, at + width);
        var end = EndOfRun(text, at, kind, out var lastStart);
        if (kind == Run.Number) return (kind, EndOfNumber(text, end));
        if (kind == Run.Upper && KindAt(text, end, out _) == Run.Lower)
        {
            if (lastStart > at) return (kind, lastStart);
            end = EndOfRun(text, end, Run.Lower, out _);
        }
        return (kind, WithTrailingNumber(text, end));
    }

    private static int EndOfNumber(string text, int end)
    {
        while (KindAt(text, end, out _) is Run.Lower or Run.Number) end = EndOfRun(text, end, KindAt(text, end, out _), out _);
        return end;
    }

    private static int WithTrailingNumber(string text, int end)
    {
        if (KindAt(text, end, out _) != Run.Number) return end;
        var behind = EndOfRun(text, end, Run.Number, out _);
        return KindAt(text, behind, out _) == Run.Lower ? end : behind;
    }

    private static int EndOfRun(string text, int at, Run kind, out int lastStart)
    {
        lastStart = at;
        while (KindAt(text, at, out var width) == kind)
        {
            lastStart = at;
            at += width;
        }
        return at;
    }

    private static bool IsWord(Run kind) => kind > Run.Punctuation;

    private static bool IsConnector(char c) => c is '_' or '-' || char.IsWhiteSpace(c);

    private static Run KindAt(string text, int at, out int width)
    {
        width = 1;
        if (at >= text.Length) return Run.None;
        if (IsConnector(text[at])) return Run.Connector;
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out width);
        if (Rune.IsUpper(rune)) return Run.Upper;
        if (Rune.IsLower(rune)) return Run.Lower;
        if (Rune.IsDigit(rune)) return Run.Number;
        return Rune.IsLetter(rune) ? Run.Other : Run.Punctuation;
    }
}
