namespace KrakenPlugins.Expressions.Syntax;

/// <content>What stands between brackets.</content>
internal sealed partial class Parser
{
    private Expr[] Arguments()
    {
        Take();
        var arguments = new List<Expr>();
        while (_token.Kind != TokenKind.CloseParen)
        {
            arguments.Add(Expression());
            if (!TakeComma(TokenKind.CloseParen, "',' or ')' of the call"))
                break;
            if (_token.Kind == TokenKind.CloseParen)
                throw Unexpected("an argument after ','");
        }
        Take();
        return [.. arguments];
    }

    private ListExpr List()
    {
        var offset = Take().Offset;
        var elements = new List<ListElement>();
        var depth = 0;
        while (_token.Kind != TokenKind.CloseBracket)
        {
            var isOptional = TakeOptionalMark();
            var value = Expression();
            elements.Add(new(value, isOptional));
            depth = Math.Max(depth, value.Depth);
            if (!TakeComma(TokenKind.CloseBracket, "',' or ']' of the list"))
                break;
        }
        Take();
        return new(offset, [.. elements], depth + 1);
    }

    private MapExpr Map()
    {
        var offset = Take().Offset;
        var entries = new List<MapEntry>();
        var depth = 0;
        while (_token.Kind != TokenKind.CloseBrace)
        {
            var isOptional = TakeOptionalMark();
            var key = Expression();
            Expect(TokenKind.Colon, "':' after the key");
            var value = Expression();
            entries.Add(new(key, value, isOptional));
            depth = Math.Max(depth, Math.Max(key.Depth, value.Depth));
            if (!TakeComma(TokenKind.CloseBrace, "',' or '}' of the map"))
                break;
        }
        Take();
        return new(offset, [.. entries], depth + 1);
    }

    private MessageExpr Message(int offset, string name)
    {
        Take();
        while (_token.Kind != TokenKind.CloseBrace)
        {
            TakeOptionalMark();
            if (_token.Kind is not (TokenKind.Identifier or TokenKind.QuotedIdentifier))
                throw Unexpected("the name of a field");
            Take();
            Expect(TokenKind.Colon, "':' after the field");
            Expression();
            if (!TakeComma(TokenKind.CloseBrace, "',' or '}' of the message"))
                break;
        }
        Take();
        return new(offset, name);
    }

    private bool TakeOptionalMark()
    {
        if (_token.Kind != TokenKind.Question)
            return false;
        if (!_macros.HasOptionals)
            throw new SyntaxError(_token.Offset, "unexpected '?'; optional values are not enabled here");
        Take();
        return true;
    }

    // Whether more follows; the closing token is left for the caller.
    private bool TakeComma(TokenKind close, string expected)
    {
        if (_token.Kind == close)
            return false;
        Expect(TokenKind.Comma, expected);
        return true;
    }
}
