namespace KrakenPlugins.Expressions.Values;

/// <summary>Texts by code points, as the language counts. Half a surrogate pair alone counts as one.</summary>
internal static class CodePoints
{
    public static bool HasPairs(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Count(ReadOnlySpan<char> text)
    {
        if (!HasPairs(text))
            return text.Length;
        var count = 0;
        for (var at = 0; at < text.Length; at += Length(text, at))
            count++;
        return count;
    }

    /// <summary>UTF-16 units of the code point that begins here.</summary>
    public static int Length(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>Where a code point begins, or the end of the text when it is the one after the last; -1 beyond.</summary>
    public static int Offset(ReadOnlySpan<char> text, long position)
    {
        if (position < 0 || position > text.Length)
            return -1;
        if (!HasPairs(text))
            return (int)position;
        var at = 0;
        for (; position > 0 && at < text.Length; position--)
            at += Length(text, at);
        return position == 0 ? at : -1;
    }
}
