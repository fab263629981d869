using System.Text;
using KrakenPlugins.Templates.Formatting;

namespace KrakenPlugins.Templates.Syntax;

internal enum TokenKind : byte
{
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    End,
    Field,
    Identifier,
    LeftDelimiter,
    LeftParenthesis,
    Number,
    Pipe,
    RawString,
    RightDelimiter,
    RightParenthesis,
    Space,
    String,
    Text,
    Variable,

    // Keywords come last: messages write them between angle brackets.
    Dot,
    Block,
    Break,
    Continue,
    Define,
    Else,
    EndKeyword,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// <summary>A piece of a template: where it starts, its line, and its text or the message of an error.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, int Line, string Value)
{
    /// <summary>The token as messages show it.</summary>
    public override string ToString()
    {
        if (Kind == TokenKind.End) return "EOF";
        if (Kind == TokenKind.Error) return Value;
        if (Kind >= TokenKind.Dot) return $"<{Value}>";
        if (Encoding.UTF8.GetByteCount(Value) <= 10) return GoFormat.Quote(Value);
        var end = 0;
        for (var i = 0; i < 10 && end < Value.Length; i++) end += char.IsSurrogatePair(Value, end) ? 2 : 1;
        return GoFormat.Quote(Value[..end]) + "...";
    }
}
