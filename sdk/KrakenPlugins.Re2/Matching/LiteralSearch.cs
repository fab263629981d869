using KrakenPlugins.Re2.Syntax;

namespace KrakenPlugins.Re2.Matching;

/// <summary>A pattern that is one literal, perhaps tied to the start or the end of the text: a comparison of strings.</summary>
internal sealed class LiteralSearch
{
    private readonly string _literal;
    private readonly bool _atStart;
    private readonly bool _atEnd;

    private LiteralSearch(string literal, bool atStart, bool atEnd)
    {
        _literal = literal;
        _atStart = atStart;
        _atEnd = atEnd;
    }

    public static LiteralSearch? TryCreate(Node root)
    {
        ReadOnlySpan<Node> parts = root is ConcatNode concat ? concat.Parts : [root];
        var atStart = parts is [AssertionNode { Assertion: Assertion.BeginText }, ..];
        if (atStart) parts = parts[1..];
        var atEnd = parts is [.., AssertionNode { Assertion: Assertion.EndText }];
        if (atEnd) parts = parts[..^1];
        var literal = new System.Text.StringBuilder();
        foreach (var part in parts)
        {
            // Half a surrogate pair is no character, so an ordinal search for one would find too much.
            if (part is not SetNode { Set.Single: >= 0 and not (>= 0xD800 and <= 0xDFFF) and var c }) return null;
            literal.Append(char.ConvertFromUtf32(c));
        }
        return new LiteralSearch(literal.ToString(), atStart, atEnd);
    }

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (_atStart) return _atEnd ? text.SequenceEqual(_literal) : text.StartsWith(_literal, StringComparison.Ordinal);
        return _atEnd ? text.EndsWith(_literal, StringComparison.Ordinal) : text.Contains(_literal, StringComparison.Ordinal);
    }
}
