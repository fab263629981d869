using System.Globalization;
using System.Text;
using KrakenPlugins.Templates.Formatting;

namespace KrakenPlugins.Templates.Syntax;

/// <summary>Cuts a template into tokens, one at a time; after an error or the end it gives the same token again.</summary>
internal sealed partial class Lexer(string text, bool breakIsFunction, bool continueIsFunction)
{
    private const string LeftDelimiter = "{{";
    private const string RightDelimiter = "}}";

    /// <summary>The <c>- </c> or <c> -</c> beside a delimiter that removes white space.</summary>
    private const int TrimLength = 2;

    private int _position;
    private int _start;
    private int _line = 1;
    private int _lineOffset;
    private int _parentheses;
    private bool _insideAction;
    private TokenKind _last;
    private Token? _final;

    /// <summary>The next token.</summary>
    public Token Next()
    {
        if (_final is { } final) return final;
        var token = _insideAction ? InsideAction() : OutsideActions();
        if (token.Kind is TokenKind.End or TokenKind.Error) _final = token;
        _last = token.Kind;
        return token;
    }

    private Token OutsideActions()
    {
        while (true)
        {
            var left = text.IndexOf(LeftDelimiter, _position, StringComparison.Ordinal);
            if (left == _position)
            {
                if (LeftOfAction() is { } token) return token;
                continue;
            }
            _start = _position;
            _position = left < 0 ? text.Length : left;
            if (_start == _position) return Emit(TokenKind.End, "");
            var end = _position;
            if (left >= 0 && HasLeftTrim(left + LeftDelimiter.Length))
            {
                while (end > _start && IsSpace(text[end - 1])) end--;
            }
            if (end > _start) return Emit(TokenKind.Text, text[_start..end]);
        }
    }

    /// <summary>The left delimiter at the position; null when it begins a comment, which is skipped.</summary>
    private Token? LeftOfAction()
    {
        _start = _position;
        _position += LeftDelimiter.Length;
        var marker = HasLeftTrim(_position) ? TrimLength : 0;
        if (StartsAt(_position + marker, "/*"))
        {
            _start += LeftDelimiter.Length;
            _position += marker;
            return SkipComment();
        }
        var token = Emit(TokenKind.LeftDelimiter, LeftDelimiter);
        _position += marker;
        _insideAction = true;
        _parentheses = 0;
        return token;
    }

    private Token? SkipComment()
    {
        var end = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
        if (end < 0) return Error("unclosed comment");
        _position = end + 2;
        if (!AtRightDelimiter(out var trims)) return Error("comment ends before closing delimiter");
        SkipRightDelimiter(trims);
        return null;
    }

    private void SkipRightDelimiter(bool trims)
    {
        _position += (trims ? TrimLength : 0) + RightDelimiter.Length;
        if (!trims) return;
        while (_position < text.Length && IsSpace(text[_position])) _position++;
    }

    private Token InsideAction()
    {
        _start = _position;
        if (AtRightDelimiter(out var trims)) return RightOfAction(trims);
        if (_position >= text.Length) return Error("unclosed action");
        var c = text[_position];
        if (IsSpace(c)) return Spaces();
        _position++;
        switch (c)
        {
            case '=':
                return Emit(TokenKind.Assign, "=");
            case ':':
                if (_position >= text.Length || text[_position] != '=') return Error("expected :=");
                _position++;
                return Emit(TokenKind.Declare, ":=");
            case '|':
                return Emit(TokenKind.Pipe, "|");
            case '"':
                return Quoted('"', TokenKind.String, "unterminated quoted string");
            case '`':
                return RawQuoted();
            case '\'':
                return Quoted('\'', TokenKind.CharConstant, "unterminated character constant");
            case '$':
                return FieldOrVariable(TokenKind.Variable);
            case '.' when !StartsNumber():
                return FieldOrVariable(TokenKind.Field);
            case '(':
                _parentheses++;
                return Emit(TokenKind.LeftParenthesis, "(");
            case ')':
                return --_parentheses < 0 ? Error("unexpected right paren") : Emit(TokenKind.RightParenthesis, ")");
        }
        _position--;
        if (c is '.' or '+' or '-' || char.IsAsciiDigit(c)) return Number();
        var rune = RuneAt(_position);
        if (IsAlphaNumeric(rune)) return Identifier();
        _position += rune.Utf16SequenceLength;
        return rune.IsAscii && GoQuote.IsPrint(rune)
            ? Emit(TokenKind.Char)
            : Error("unrecognized character in action: " + GoQuote.Unicode(rune));
    }

    private Token RightOfAction(bool trims)
    {
        if (_parentheses > 0) return Error("unclosed left paren");
        if (trims) _start += TrimLength;
        var token = Emit(TokenKind.RightDelimiter, RightDelimiter);
        SkipRightDelimiter(trims);
        _insideAction = false;
        return token;
    }

    private Token Spaces()
    {
        while (_position < text.Length && IsSpace(text[_position])) _position++;
        // The last space may belong to the delimiter.
        if (StartsAt(_position, "-" + RightDelimiter))
        {
            _position--;
            if (_position == _start) return InsideAction();
        }
        return Emit(TokenKind.Space, " ");
    }

    /// <summary>
    /// Whether the dot before the position belongs to a number. After a field or variable it begins the next field, so that
    /// <c>.urls.3rdparty</c> works, which Go refuses.
    /// </summary>
    private bool StartsNumber() =>
        _position < text.Length && char.IsAsciiDigit(text[_position]) && _last is not (TokenKind.Field or TokenKind.Variable);

    private Token Identifier()
    {
        SkipAlphaNumeric();
        if (!AtTerminator()) return BadCharacter();
        var kind = text.AsSpan(_start, _position - _start) switch
        {
            "block" => TokenKind.Block,
            "break" when !breakIsFunction => TokenKind.Break,
            "continue" when !continueIsFunction => TokenKind.Continue,
            "define" => TokenKind.Define,
            "else" => TokenKind.Else,
            "end" => TokenKind.EndKeyword,
            "if" => TokenKind.If,
            "nil" => TokenKind.Nil,
            "range" => TokenKind.Range,
            "template" => TokenKind.Template,
            "with" => TokenKind.With,
            "true" or "false" => TokenKind.Bool,
            _ => TokenKind.Identifier,
        };
        return Emit(kind);
    }

    private Token FieldOrVariable(TokenKind kind)
    {
        if (AtTerminator()) return kind == TokenKind.Field ? Emit(TokenKind.Dot, ".") : Emit(kind, "$");
        SkipAlphaNumeric();
        return AtTerminator() ? Emit(kind) : BadCharacter();
    }

    private Token BadCharacter() => Error("bad character " + GoQuote.Unicode(RuneAt(_position)));

    private Token Quoted(char quote, TokenKind kind, string problem)
    {
        for (; _position < text.Length && text[_position] != '\n'; _position++)
        {
            if (text[_position] == quote)
            {
                _position++;
                return Emit(kind);
            }
            if (text[_position] != '\\') continue;
            _position++;
            if (_position >= text.Length || text[_position] == '\n') break;
        }
        return Error(problem);
    }

    private Token RawQuoted()
    {
        var end = text.IndexOf('`', _position);
        if (end < 0) return Error("unterminated raw quoted string");
        _position = end + 1;
        return Emit(TokenKind.RawString);
    }

    private Token Emit(TokenKind kind) => Emit(kind, text[_start.._position]);

    private Token Emit(TokenKind kind, string value) => new(kind, _start, LineOfStart(), value);

    private Token Error(string problem) => new(TokenKind.Error, _start, LineOfStart(), problem);

    private int LineOfStart()
    {
        _line += text.AsSpan(_lineOffset, _start - _lineOffset).Count('\n');
        _lineOffset = _start;
        return _line;
    }

    private bool AtRightDelimiter(out bool trims)
    {
        trims = _position + 1 < text.Length && IsSpace(text[_position]) && text[_position + 1] == '-'
            && StartsAt(_position + TrimLength, RightDelimiter);
        return trims || StartsAt(_position, RightDelimiter);
    }

    private bool HasLeftTrim(int at) => at + 1 < text.Length && text[at] == '-' && IsSpace(text[at + 1]);

    private bool StartsAt(int at, string what) => at <= text.Length && text.AsSpan(at).StartsWith(what);

    private bool AtTerminator()
    {
        if (_position >= text.Length) return true;
        var c = text[_position];
        return IsSpace(c) || c is '.' or ',' or '|' or ':' or ')' or '(' || (c == '}' && StartsAt(_position, RightDelimiter));
    }

    private void SkipAlphaNumeric()
    {
        while (_position < text.Length)
        {
            var c = text[_position];
            if (char.IsAsciiLetterOrDigit(c) || c == '_')
            {
                _position++;
                continue;
            }
            if (char.IsAscii(c)) return;
            var rune = RuneAt(_position);
            if (!IsAlphaNumeric(rune)) return;
            _position += rune.Utf16SequenceLength;
        }
    }

    private Rune RuneAt(int at)
    {
        if (at >= text.Length) return Rune.ReplacementChar;
        return Rune.TryGetRuneAt(text, at, out var rune) ? rune : Rune.ReplacementChar;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsAlphaNumeric(Rune rune)
    {
        if (rune.IsAscii) return rune.Value == '_' || char.IsAsciiLetterOrDigit((char)rune.Value);
        return Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
    }
}
