using System.Globalization;

namespace KrakenPlugins.Expressions.Syntax;

/// <summary>Cuts an expression into tokens.</summary>
internal sealed class Lexer(string text)
{
    private int _at;

    public Token Next()
    {
        SkipBlanks();
        if (_at == text.Length)
            return new(TokenKind.End, _at, 0);
        var character = text[_at];
        if (char.IsAsciiDigit(character) || character == '.' && char.IsAsciiDigit(Peek(1)))
            return Number();
        if (character is '\'' or '"')
            return Literal(0);
        if (IsNameStart(character))
            return LiteralPrefix() is { } prefix ? Literal(prefix) : Name();
        return character == '`' ? QuotedName() : Punctuation(character);
    }

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (text[_at] == '/' && Peek(1) == '/')
            {
                var end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private static bool IsNameStart(char character) => char.IsAsciiLetter(character) || character == '_';

    private static bool IsNamePart(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    // r, b and both, in any case and order, directly before a quote.
    private int? LiteralPrefix()
    {
        for (var length = 1; length <= 2; length++)
        {
            if ((text[_at + length - 1] | 0x20) is not ('r' or 'b'))
                return null;
            if (Peek(length) is '\'' or '"')
                return length == 2 && (text[_at] | 0x20) == (text[_at + 1] | 0x20) ? null : length;
            if (_at + length >= text.Length)
                return null;
        }
        return null;
    }

    private Token Literal(int prefix)
    {
        var start = _at;
        var isRaw = text.AsSpan(start, prefix).ContainsAny('r', 'R');
        var isBytes = text.AsSpan(start, prefix).ContainsAny('b', 'B');
        _at += prefix;
        var quote = text[_at];
        var isTriple = Peek(1) == quote && Peek(2) == quote;
        var body = _at + (isTriple ? 3 : 1);
        var end = FindEnd(body, quote, isTriple, isRaw);
        if (end < 0)
            throw new SyntaxError(start, $"the {(isBytes ? "bytes literal" : "text")} is not closed; expected {new string(quote, isTriple ? 3 : 1)}");
        _at = end + (isTriple ? 3 : 1);
        var value = isBytes
            ? CelValue.OfBytes(LiteralDecoder.Bytes(text, body, end, isRaw))
            : CelValue.Of(LiteralDecoder.String(text, body, end, isRaw));
        return new(isBytes ? TokenKind.Bytes : TokenKind.String, start, _at - start, value);
    }

    private int FindEnd(int at, char quote, bool isTriple, bool isRaw)
    {
        for (; at < text.Length; at++)
        {
            var character = text[at];
            if (character == '\\' && !isRaw)
                at++;
            else if (character is '\n' or '\r' && !isTriple)
                return -1;
            else if (character == quote && (!isTriple || at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote))
                return at;
        }
        return -1;
    }

    private Token Name()
    {
        var start = _at;
        while (_at < text.Length && IsNamePart(text[_at]))
            _at++;
        var name = text[start.._at];
        var kind = name switch
        {
            "true" => TokenKind.True,
            "false" => TokenKind.False,
            "null" => TokenKind.Null,
            "in" => TokenKind.In,
            _ => TokenKind.Identifier,
        };
        return new(kind, start, _at - start, CelValue.Of(name));
    }

    private Token QuotedName()
    {
        var start = _at++;
        while (_at < text.Length && (IsNamePart(text[_at]) || text[_at] is '.' or '-' or '/' or ' '))
            _at++;
        if (_at == text.Length || text[_at] != '`' || _at == start + 1)
            throw new SyntaxError(start, "not a quoted name; expected letters, digits, '_', '.', '-', '/' and blanks between backticks");
        _at++;
        return new(TokenKind.QuotedIdentifier, start, _at - start, CelValue.Of(text[(start + 1)..(_at - 1)]));
    }

    private Token Number()
    {
        var start = _at;
        if (text[_at] == '0' && Peek(1) is 'x' or 'X')
            return Hexadecimal(start);
        SkipDigits();
        var isDouble = false;
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isDouble = true;
            _at++;
            SkipDigits();
        }
        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2))))
        {
            isDouble = true;
            _at += 2;
            SkipDigits();
        }
        var digits = text.AsSpan(start, _at - start);
        if (isDouble)
            return Finish(TokenKind.Double, start, CelValue.Of(double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture)));
        return Whole(start, digits, NumberStyles.None);
    }

    private Token Hexadecimal(int start)
    {
        _at += 2;
        var first = _at;
        while (char.IsAsciiHexDigit(Peek(0)))
            _at++;
        if (_at == first)
            throw new SyntaxError(start, "not a number; expected hexadecimal digits after 0x");
        return Whole(start, text.AsSpan(first, _at - first), NumberStyles.AllowHexSpecifier);
    }

    // The least int is one further from zero than the greatest: it is read as uint and made negative by the parser.
    private Token Whole(int start, ReadOnlySpan<char> digits, NumberStyles style)
    {
        if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var value))
            throw new SyntaxError(start, $"the number {text.AsSpan(start, _at - start)} is beyond 64 bits");
        if (Peek(0) is 'u' or 'U')
        {
            _at++;
            return Finish(TokenKind.Uint, start, CelValue.Of(value));
        }
        return Finish(TokenKind.Int, start, CelValue.Of(value));
    }

    private Token Finish(TokenKind kind, int start, CelValue value)
    {
        if (IsNamePart(Peek(0)))
            throw new SyntaxError(start, $"not a number: {text.AsSpan(start, _at - start + 1)}; expected digits, with 'u' behind them for an unsigned one");
        return new(kind, start, _at - start, value);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
            _at++;
    }

    private Token Punctuation(char character)
    {
        var (kind, length) = (character, Peek(1)) switch
        {
            ('&', '&') => (TokenKind.And, 2),
            ('|', '|') => (TokenKind.Or, 2),
            ('=', '=') => (TokenKind.Equal, 2),
            ('!', '=') => (TokenKind.NotEqual, 2),
            ('<', '=') => (TokenKind.LessOrEqual, 2),
            ('>', '=') => (TokenKind.GreaterOrEqual, 2),
            ('<', _) => (TokenKind.Less, 1),
            ('>', _) => (TokenKind.Greater, 1),
            ('!', _) => (TokenKind.Not, 1),
            ('(', _) => (TokenKind.OpenParen, 1),
            (')', _) => (TokenKind.CloseParen, 1),
            ('[', _) => (TokenKind.OpenBracket, 1),
            (']', _) => (TokenKind.CloseBracket, 1),
            ('{', _) => (TokenKind.OpenBrace, 1),
            ('}', _) => (TokenKind.CloseBrace, 1),
            ('.', _) => (TokenKind.Dot, 1),
            (',', _) => (TokenKind.Comma, 1),
            (':', _) => (TokenKind.Colon, 1),
            ('?', _) => (TokenKind.Question, 1),
            ('+', _) => (TokenKind.Plus, 1),
            ('-', _) => (TokenKind.Minus, 1),
            ('*', _) => (TokenKind.Star, 1),
            ('/', _) => (TokenKind.Slash, 1),
            ('%', _) => (TokenKind.Percent, 1),
            _ => throw new SyntaxError(_at, Unexpected(character)),
        };
        var token = new Token(kind, _at, length);
        _at += length;
        return token;
    }

    private static string Unexpected(char character) => character switch
    {
        '=' => "unexpected '='; did you mean '=='?",
        '&' => "unexpected '&'; did you mean '&&'?",
        '|' => "unexpected '|'; did you mean '||'?",
        '\u2018' or '\u2019' or '\u201c' or '\u201d' => $"unexpected '{character}'; texts stand between straight quotes (' or \")",
        _ when char.IsControl(character) || char.IsSurrogate(character) => string.Create(CultureInfo.InvariantCulture, $"unexpected character U+{(int)character:X4}"),
        _ => $"unexpected '{character}'",
    };
}
