namespace KrakenPlugins.Expressions.Syntax;

internal enum Operator
{
    Conditional, Or, And, Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual, In, Add, Subtract, Multiply, Divide, Modulo, Not, Negate,
}

internal static class Operators
{
    public static string Symbol(Operator op) => op switch
    {
        Operator.Conditional => "?:",
        Operator.Or => "||",
        Operator.And => "&&",
        Operator.Less => "<",
        Operator.LessOrEqual => "<=",
        Operator.Greater => ">",
        Operator.GreaterOrEqual => ">=",
        Operator.Equal => "==",
        Operator.NotEqual => "!=",
        Operator.In => "in",
        Operator.Add => "+",
        Operator.Subtract or Operator.Negate => "-",
        Operator.Multiply => "*",
        Operator.Divide => "/",
        Operator.Modulo => "%",
        _ => "!",
    };

    /// <summary>The binary operator that a token stands for, and how strongly it binds; 0 when it stands for none.</summary>
    public static (Operator Operator, int Strength) Binary(TokenKind token) => token switch
    {
        TokenKind.Or => (Operator.Or, 1),
        TokenKind.And => (Operator.And, 2),
        TokenKind.Less => (Operator.Less, 3),
        TokenKind.LessOrEqual => (Operator.LessOrEqual, 3),
        TokenKind.Greater => (Operator.Greater, 3),
        TokenKind.GreaterOrEqual => (Operator.GreaterOrEqual, 3),
        TokenKind.Equal => (Operator.Equal, 3),
        TokenKind.NotEqual => (Operator.NotEqual, 3),
        TokenKind.In => (Operator.In, 3),
        TokenKind.Plus => (Operator.Add, 4),
        TokenKind.Minus => (Operator.Subtract, 4),
        TokenKind.Star => (Operator.Multiply, 5),
        TokenKind.Slash => (Operator.Divide, 5),
        TokenKind.Percent => (Operator.Modulo, 5),
        _ => default,
    };
}
