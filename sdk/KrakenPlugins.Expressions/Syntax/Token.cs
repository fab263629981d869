namespace KrakenPlugins.Expressions.Syntax;

internal enum TokenKind
{
    End, Identifier, QuotedIdentifier, Int, Uint, Double, String, Bytes,
    True, False, Null, In,
    OpenParen, CloseParen, OpenBracket, CloseBracket, OpenBrace, CloseBrace, Dot, Comma, Colon, Question,
    Plus, Minus, Star, Slash, Percent, Not, And, Or, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
}

/// <summary>A token: where it is, and what a literal or name stands for.</summary>
internal readonly record struct Token(TokenKind Kind, int Offset, int Length, CelValue Value = default)
{
    public string Name => Value.AsString;
}
