namespace KrakenPlugins.Expressions.Syntax;

/// <summary>Ends the parsing of a text; only ever seen within the compiler.</summary>
internal sealed class SyntaxError(int offset, string message) : Exception(message)
{
    public int Offset { get; } = offset;
}

/// <summary>Where an offset is, as people count.</summary>
internal static class TextPosition
{
    public static CelIssue Issue(string text, int offset, string message)
    {
        offset = Math.Clamp(offset, 0, text.Length);
        var before = text.AsSpan(0, offset);
        var lineStart = before.LastIndexOf('\n') + 1;
        var column = 1;
        foreach (var character in before[lineStart..])
            column += char.IsLowSurrogate(character) ? 0 : 1;
        return new(offset, before.Count('\n') + 1, column, message);
    }
}
