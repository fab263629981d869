using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Syntax;

internal sealed partial class Re2Parser
{
    // An escape outside of a class.
    private void ReadEscape()
    {
        var start = _at;
        switch (Peek(1))
        {
            case 'A':
                _at += 2;
                Push(new AssertionNode(Assertion.BeginText));
                return;
            case 'z':
                _at += 2;
                Push(new AssertionNode(Assertion.EndText));
                return;
            case 'b':
                _at += 2;
                Push(new AssertionNode(Assertion.WordBoundary));
                return;
            case 'B':
                _at += 2;
                Push(new AssertionNode(Assertion.NoWordBoundary));
                return;
            case 'C':
                throw Error("invalid escape sequence", start, start + 2);
            case 'Q':
                ReadQuoted();
                return;
            case 'k' when _isEcma:
            case >= '1' and <= '9' when _isEcma:
                throw Error("invalid escape sequence", start, start + 2, reason: $"backreferences {NeedsBacktracking}");
        }
        if (ReadUnicodeClass() is { } byProperty) PushSet(byProperty);
        else if (ReadPerlClass() is { } perl) PushSet(perl);
        else PushLiteral(ReadEscapedCharacter());
    }

    private char Peek(int distance) => _at + distance < _pattern.Length ? _pattern[_at + distance] : '\0';

    private void ReadQuoted()
    {
        var end = _pattern.IndexOf(@"\E", _at + 2, StringComparison.Ordinal);
        var until = end < 0 ? _pattern.Length : end;
        _at += 2;
        while (_at < until) PushLiteral(ReadCodePoint());
        if (end >= 0) _at = end + 2;
    }

    /// <summary>Reads an escape that stands for one character; in and outside of classes.</summary>
    private int ReadEscapedCharacter()
    {
        var start = _at++;
        if (_at >= _pattern.Length) throw Error("trailing backslash at end of expression", _at, _at, at: start);
        var c = ReadCodePoint();
        switch (c)
        {
            case >= '1' and <= '7' when Peek(0) is >= '0' and <= '7':
            case '0':
                return ReadOctal(c - '0');
            case 'x' when ReadHexadecimal(2, out var value):
                return value;
            case 'u' when _isEcma && ReadHexadecimal(4, out var value):
                return IsFollowedByLow(value, out var pair) ? pair : value;
            case 'c' when _isEcma && char.IsAsciiLetter(Peek(0)):
                return _pattern[_at++] & 31;
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case < 128 when !char.IsAsciiLetterOrDigit((char)c):
                return c;
            default:
                throw Error("invalid escape sequence", start, _at);
        }
    }

    private int ReadOctal(int value)
    {
        for (var digits = 1; digits < 3 && Peek(0) is >= '0' and <= '7'; digits++) value = value * 8 + (_pattern[_at++] - '0');
        return value;
    }

    // \xFF, \x{10FFFF}; on failure the position is behind what made it one, which the error shows.
    private bool ReadHexadecimal(int digits, out int value)
    {
        value = 0;
        if (_at >= _pattern.Length) return false;
        if (_pattern[_at] == '{')
        {
            var first = ++_at;
            while (_at < _pattern.Length)
            {
                var c = ReadCodePoint();
                if (c == '}') return _at - 1 > first;
                if (c > 127 || !char.IsAsciiHexDigit((char)c)) return false;
                value = value * 16 + Convert.ToInt32(((char)c).ToString(), 16);
                if (value > CodePointSet.MaxCodePoint) return false;
            }
            return false;
        }
        var isValid = true;
        for (var i = 0; i < digits; i++)
        {
            if (_at >= _pattern.Length) return false;
            var c = ReadCodePoint();
            if (c > 127 || !char.IsAsciiHexDigit((char)c)) isValid = false;
            else value = value * 16 + Convert.ToInt32(((char)c).ToString(), 16);
        }
        return isValid;
    }

    // ECMA-262 with the u flag reads \uD83D\uDE00 as one character.
    private bool IsFollowedByLow(int high, out int pair)
    {
        pair = 0;
        if (high is < 0xD800 or > 0xDBFF || Peek(0) != '\\' || Peek(1) != 'u' || Peek(2) == '{') return false;
        var before = _at;
        _at += 2;
        if (ReadHexadecimal(4, out var low) && low is >= 0xDC00 and <= 0xDFFF)
        {
            pair = char.ConvertToUtf32((char)high, (char)low);
            return true;
        }
        _at = before;
        return false;
    }
}
