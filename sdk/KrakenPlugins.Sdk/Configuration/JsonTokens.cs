using System.Globalization;
using System.Text;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>A document is not JSON; caught by <see cref="JsonConfigReader"/>.</summary>
internal sealed class JsonSyntaxException(SourcePosition position, string message) : Exception(message)
{
    public SourcePosition Position { get; } = position;
}

/// <summary>Takes JSON text apart, keeping count of lines, and names the usual mistakes.</summary>
internal struct JsonTokens(string file, string text)
{
    // Attribute names repeat thousands of times in a large document; one instance of each is kept.
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _names =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The next character after white space, or <c>'\0'</c> at the end.</summary>
    public char Peek() => AtEnd() ? '\0' : text[_at];

    public char Take() => text[_at++];

    public bool TryTake(char expected)
    {
        if (AtEnd() || text[_at] != expected)
            return false;
        _at++;
        return true;
    }

    /// <summary>Skips white space; true when nothing follows.</summary>
    public bool AtEnd()
    {
        for (; _at < text.Length; _at++)
        {
            switch (text[_at])
            {
                case '\n':
                    _line++;
                    _lineStart = _at + 1;
                    break;
                case ' ' or '\t' or '\r':
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    /// <summary>The place of the next token.</summary>
    public SourcePosition Position()
    {
        AtEnd();
        return Here();
    }

    public string ReadName()
    {
        if (!TryReadPlain(out var plain))
            return ReadEscaped();
        if (_names.TryGetValue(plain, out var known))
            return known;
        _names.Add(plain);
        return _names.TryGetValue(plain, out known) ? known : plain.ToString();
    }

    public string ReadString() => TryReadPlain(out var plain) ? plain.ToString() : ReadEscaped();

    public string ReadNumber()
    {
        var start = _at;
        if (text[_at] == '-')
            _at++;
        if (_at < text.Length && text[_at] == '0')
            _at++;
        else
            TakeDigits(start);
        if (_at < text.Length && char.IsAsciiDigit(text[_at]))
            throw NumberFailure(start, "a number must not start with 0");
        if (_at < text.Length && text[_at] == '.')
        {
            _at++;
            TakeDigits(start);
        }
        if (_at < text.Length && text[_at] is ('e' or 'E'))
        {
            _at++;
            if (_at < text.Length && text[_at] is ('+' or '-'))
                _at++;
            TakeDigits(start);
        }
        return text[start.._at];
    }

    /// <summary>Letters in a row; empty when something else comes.</summary>
    public string ReadWord()
    {
        AtEnd();
        var start = _at;
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]))
            _at++;
        var word = text.AsSpan(start, _at - start);
        if (word is "true")
            return "true";
        if (word is "false")
            return "false";
        if (word is "null")
            return "null";
        _at = start;
        return "";
    }

    public JsonSyntaxException Failure(string message)
    {
        AtEnd();
        return new(Here(), _at < text.Length && IsComment() ? "comments are not allowed in JSON" : message);
    }

    public JsonSyntaxException Unexpected(string expected) => UnexpectedAt(Position(), expected);

    /// <summary>Names what stands where something else was expected.</summary>
    public readonly JsonSyntaxException UnexpectedAt(SourcePosition position, string expected)
    {
        if (_at >= text.Length)
            return new(position, $"the document ends where {expected} was expected");
        if (IsComment())
            return new(position, "comments are not allowed in JSON");
        if (text[_at] == '\'')
            return new(position, "single quotes are not allowed in JSON; use double quotes");
        return new(position, $"expected {expected}, not {ConfigText.Quote(text[_at].ToString())}");
    }

    private readonly bool IsComment() =>
        text[_at] == '#' || (text[_at] == '/' && _at + 1 < text.Length && text[_at + 1] is ('/' or '*'));

    private readonly SourcePosition Here() => new(file, _line, _at - _lineStart + 1);

    private void TakeDigits(int start)
    {
        var first = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        if (_at == first)
            throw NumberFailure(start, "malformed number");
    }

    private readonly JsonSyntaxException NumberFailure(int start, string message) =>
        new(new(file, _line, start - _lineStart + 1), message);

    /// <summary>A string without escapes, which is nearly every one; leaves the position alone when it has some.</summary>
    private bool TryReadPlain(out ReadOnlySpan<char> plain)
    {
        var rest = text.AsSpan(_at + 1);
        var end = rest.IndexOfAny('"', '\\');
        plain = end < 0 ? default : rest[..end];
        if (end < 0 || rest[end] == '\\' || plain.IndexOfAnyInRange('\0', '\x1f') >= 0)
            return false;
        _at += end + 2;
        return true;
    }

    private string ReadEscaped()
    {
        var start = Here();
        var value = new StringBuilder();
        _at++;
        while (true)
        {
            if (_at >= text.Length)
                throw new JsonSyntaxException(start, "the string has no end");
            var c = text[_at];
            if (c == '"')
                break;
            if (c < ' ')
            {
                throw new JsonSyntaxException(Here(), c is '\n' or '\r'
                    ? "a string must not span lines; write \\n"
                    : string.Create(CultureInfo.InvariantCulture, $"a string must not hold the control character \\u{(int)c:x4} unescaped"));
            }
            _at++;
            value.Append(c == '\\' ? ReadEscape() : c);
        }
        _at++;
        return Repaired(value);
    }

    private char ReadEscape()
    {
        var c = _at < text.Length ? text[_at++] : '\0';
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= text.Length
                && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                _at += 4;
                return (char)unit;
            default:
                _at -= 2;
                throw new JsonSyntaxException(Here(), "unknown escape in a string; allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX");
        }
    }

    /// <summary>Half a surrogate pair can only come from an escape; it is no text and becomes U+FFFD.</summary>
    private static string Repaired(StringBuilder value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i]))
                continue;
            if (i + 1 < value.Length && char.IsSurrogatePair(value[i], value[i + 1]))
                i++;
            else
                value[i] = '\ufffd';
        }
        return value.ToString();
    }
}
