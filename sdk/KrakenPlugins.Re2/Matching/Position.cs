using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2.Matching;

/// <summary>Reading UTF-16 text code point by code point, and the conditions that hold between two of them.</summary>
internal static class Position
{
    /// <summary>What stands before the first and behind the last character.</summary>
    public const int NoCharacter = -1;

    /// <summary>The code point at a position; a surrogate without its other half is one of its own.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int at, out int width)
    {
        if ((uint)at >= (uint)text.Length)
        {
            width = 0;
            return NoCharacter;
        }
        var c = text[at];
        width = 1;
        if (!char.IsHighSurrogate(c) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])) return c;
        width = 2;
        return char.ConvertToUtf32(c, text[at + 1]);
    }

    public static int CodePointBefore(ReadOnlySpan<char> text, int at)
    {
        if (at == 0) return NoCharacter;
        var c = text[at - 1];
        return char.IsLowSurrogate(c) && at > 1 && char.IsHighSurrogate(text[at - 2]) ? char.ConvertToUtf32(text[at - 2], c) : c;
    }

    public static bool Holds(Assertion assertion, int before, int after) => assertion switch
    {
        Assertion.BeginText => before == NoCharacter,
        Assertion.EndText => after == NoCharacter,
        Assertion.BeginLine => before is NoCharacter or '\n',
        Assertion.EndLine => after is NoCharacter or '\n',
        Assertion.WordBoundary => IsWord(before) != IsWord(after),
        _ => IsWord(before) == IsWord(after),
    };

    public static bool IsWord(int codePoint) => (uint)codePoint < 128 && (char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_');
}
