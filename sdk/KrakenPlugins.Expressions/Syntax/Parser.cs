namespace KrakenPlugins.Expressions.Syntax;

/// <summary>Reads an expression: precedence climbing over the tokens, bounded in nesting and depth.</summary>
internal sealed partial class Parser
{
    public const int MaxLength = 100_000;
    private const int MaxNesting = 250;
    private const int MaxDepth = 500;

    private readonly string _text;
    private readonly Lexer _lexer;
    private readonly Macros _macros;
    private Token _token;
    private int _nesting;

    private Parser(string text, Macros macros)
    {
        _text = text;
        _lexer = new(text);
        _macros = macros;
        _token = _lexer.Next();
    }

    public static Expr Parse(string text, Macros macros)
    {
        if (text.Length > MaxLength)
            throw new SyntaxError(0, $"the expression has {text.Length} characters; at most {MaxLength} are allowed");
        var parser = new Parser(text, macros);
        if (parser._token.Kind == TokenKind.End)
            throw new SyntaxError(0, "the expression is empty");
        var expression = parser.Expression();
        if (parser._token.Kind != TokenKind.End)
            throw parser.Unexpected("an operator or the end");
        return expression;
    }

    private Expr Expression()
    {
        Enter();
        var condition = Binary(1);
        if (_token.Kind == TokenKind.Question)
        {
            var offset = Take().Offset;
            var then = Binary(1);
            Expect(TokenKind.Colon, "':' of the conditional");
            condition = Checked(new OperatorExpr(offset, Operator.Conditional, condition, then, Expression()));
        }
        _nesting--;
        return condition;
    }

    private Expr Binary(int least)
    {
        var left = Unary();
        while (true)
        {
            var (op, strength) = Operators.Binary(_token.Kind);
            if (strength < least || strength == 0)
                return left;
            var offset = _token.Offset;
            left = op is Operator.And or Operator.Or ? Logic(op, _token.Kind, strength, left) : Pair(op, strength, left, offset);
        }
    }

    private Expr Pair(Operator op, int strength, Expr left, int offset)
    {
        Take();
        return Checked(new OperatorExpr(offset, op, left, Binary(strength + 1)));
    }

    // A chain of one logical operator is one node: its length costs no depth.
    private OperatorExpr Logic(Operator op, TokenKind token, int strength, Expr left)
    {
        var offset = _token.Offset;
        var operands = new List<Expr> { left };
        while (_token.Kind == token)
        {
            Take();
            operands.Add(Binary(strength + 1));
        }
        return Checked(new OperatorExpr(offset, op, [.. operands]));
    }

    private Expr Unary()
    {
        if (_token.Kind is not (TokenKind.Not or TokenKind.Minus))
            return Members(Primary());
        var operation = Take();
        if (operation.Kind == TokenKind.Minus && _token.Kind is TokenKind.Int or TokenKind.Double)
            return Members(Negative(operation.Offset));
        Enter();
        var operand = Unary();
        _nesting--;
        return Checked(new OperatorExpr(operation.Offset, operation.Kind == TokenKind.Not ? Operator.Not : Operator.Negate, operand));
    }

    private ConstantExpr Negative(int offset)
    {
        var number = Take();
        if (number.Kind == TokenKind.Double)
            return new(offset, CelValue.Of(-number.Value.AsDouble));
        var magnitude = number.Value.AsUint;
        if (magnitude > (ulong)long.MaxValue + 1)
            throw new SyntaxError(offset, $"the number -{magnitude} is beyond 64 bits");
        return new(offset, CelValue.Of(unchecked(-(long)magnitude)));
    }

    private Expr Members(Expr operand)
    {
        while (true)
        {
            switch (_token.Kind)
            {
                case TokenKind.Dot:
                    operand = Checked(Member(operand));
                    break;
                case TokenKind.OpenBracket:
                    operand = Checked(Index(operand));
                    break;
                case TokenKind.OpenBrace when QualifiedName(operand) is { } name:
                    operand = Message(operand.Offset, name);
                    break;
                default:
                    return operand;
            }
        }
    }

    private Expr Member(Expr operand)
    {
        Take();
        var isOptional = TakeOptionalMark();
        var name = _token;
        if (name.Kind is not (TokenKind.Identifier or TokenKind.QuotedIdentifier))
            throw Unexpected("a name after '.' (other keys need the index form: m['a-b'])");
        Take();
        if (_token.Kind != TokenKind.OpenParen || isOptional || name.Kind == TokenKind.QuotedIdentifier)
            return new SelectExpr(name.Offset, operand, name.Name, isOptional, isTest: false, name.Kind == TokenKind.QuotedIdentifier);
        var arguments = Arguments();
        return _macros.Expand(name.Offset, operand, name.Name, arguments) ?? new CallExpr(name.Offset, operand, name.Name, false, arguments);
    }

    private IndexExpr Index(Expr operand)
    {
        var offset = Take().Offset;
        var isOptional = TakeOptionalMark();
        var index = Expression();
        Expect(TokenKind.CloseBracket, "']' of the index");
        return new(offset, operand, index, isOptional, isTest: false);
    }

    private Expr Primary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Int:
                Take();
                return token.Value.AsUint <= long.MaxValue
                    ? new ConstantExpr(token.Offset, CelValue.Of((long)token.Value.AsUint))
                    : throw new SyntaxError(token.Offset, $"the number {token.Value.AsUint} is beyond the range of int; write {token.Value.AsUint}u for an unsigned one");
            case TokenKind.Uint or TokenKind.Double or TokenKind.String or TokenKind.Bytes:
                Take();
                return new ConstantExpr(token.Offset, token.Value);
            case TokenKind.True or TokenKind.False:
                Take();
                return new ConstantExpr(token.Offset, CelValue.Of(token.Kind == TokenKind.True));
            case TokenKind.Null:
                Take();
                return new ConstantExpr(token.Offset, CelValue.Null);
            case TokenKind.OpenParen:
                Take();
                var inner = Expression();
                Expect(TokenKind.CloseParen, "')'");
                return inner;
            case TokenKind.OpenBracket:
                return Checked(List());
            case TokenKind.OpenBrace:
                return Checked(Map());
            case TokenKind.Dot:
                Take();
                return Name(token.Offset, isAbsolute: true);
            case TokenKind.Identifier:
                return Name(token.Offset, isAbsolute: false);
            default:
                throw Unexpected("an expression");
        }
    }

    private Expr Name(int offset, bool isAbsolute)
    {
        if (_token.Kind != TokenKind.Identifier)
            throw Unexpected("a name");
        var name = Take().Name;
        if (_token.Kind == TokenKind.OpenParen)
        {
            var arguments = Arguments();
            return Checked((isAbsolute ? null : _macros.Expand(offset, null, name, arguments)) ?? new CallExpr(offset, null, name, isAbsolute, arguments));
        }
        if (ReservedWords.Contains(name))
            throw new SyntaxError(offset, $"'{name}' is a reserved word and cannot name a variable{(ReservedWords.Meant(name) is { } meant ? $"; did you mean {meant}?" : "")}");
        return new IdentifierExpr(offset, name, isAbsolute);
    }

    private static string? QualifiedName(Expr expression) => expression switch
    {
        IdentifierExpr name => name.Name,
        SelectExpr { IsOptional: false, IsTest: false, IsQuoted: false } select when QualifiedName(select.Operand) is { } operand => $"{operand}.{select.Field}",
        _ => null,
    };

    private Token Take()
    {
        var taken = _token;
        _token = _lexer.Next();
        return taken;
    }

    private void Expect(TokenKind kind, string expected)
    {
        if (_token.Kind != kind)
            throw Unexpected(expected);
        Take();
    }

    private SyntaxError Unexpected(string expected)
    {
        if (_token.Kind == TokenKind.End)
            return new(_token.Offset, $"the expression ends too early; expected {expected}");
        var found = _text.Substring(_token.Offset, Math.Min(_token.Length, 40));
        var meant = ReservedWords.Meant(found) is { } hint ? $"; did you mean {hint}?" : "";
        return new(_token.Offset, $"unexpected {(found.Contains('\'') ? found : $"'{found}'")}; expected {expected}{meant}");
    }

    private void Enter()
    {
        if (++_nesting > MaxNesting)
            throw new SyntaxError(_token.Offset, $"the expression is nested deeper than {MaxNesting} levels");
    }

    private static T Checked<T>(T expression) where T : Expr => expression.Depth <= MaxDepth
        ? expression
        : throw new SyntaxError(expression.Offset, $"the expression is deeper than {MaxDepth} operations, each on the result of the one before");
}
