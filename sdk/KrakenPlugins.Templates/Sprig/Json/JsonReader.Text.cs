using System.Text;

namespace KrakenPlugins.Templates.Sprig.Json;

internal ref partial struct JsonReader
{
    private string ReadText()
    {
        var start = ++_at;
        var plain = _text.AsSpan(start).IndexOfAny('"', '\\');
        if (plain >= 0 && _text[start + plain] == '"' && !_text.AsSpan(start, plain).ContainsAnyInRange('\0', '\u001f'))
        {
            _at = start + plain + 1;
            return _text.Substring(start, plain);
        }
        var result = new StringBuilder();
        while (_at < _text.Length && _error is null)
        {
            var c = _text[_at];
            if (c < ' ')
            {
                Fail("in string literal");
                return "";
            }
            _at++;
            if (c == '"') return result.ToString();
            if (c == '\\') ReadEscape(result);
            else result.Append(c);
        }
        Fail("");
        return "";
    }

    private void ReadEscape(StringBuilder result)
    {
        if (_at == _text.Length) return;
        var c = _text[_at];
        switch (c)
        {
            case '"' or '\\' or '/':
                result.Append(c);
                break;
            case 'b':
                result.Append('\b');
                break;
            case 'f':
                result.Append('\f');
                break;
            case 'n':
                result.Append('\n');
                break;
            case 'r':
                result.Append('\r');
                break;
            case 't':
                result.Append('\t');
                break;
            case 'u':
                ReadCodeUnits(result);
                return;
            default:
                Fail("in string escape code");
                return;
        }
        _at++;
    }

    private void ReadCodeUnits(StringBuilder result)
    {
        if (!TryReadCodeUnit(out var unit)) return;
        if (!char.IsSurrogate(unit))
        {
            result.Append(unit);
            return;
        }
        var isPair = char.IsHighSurrogate(unit) && _text.AsSpan(_at).StartsWith("\\u");
        var afterFirst = _at;
        if (isPair)
        {
            _at++;
            if (!TryReadCodeUnit(out var second)) return;
            if (char.IsLowSurrogate(second))
            {
                result.Append(unit).Append(second);
                return;
            }
        }
        _at = afterFirst;
        result.Append('\uFFFD');
    }

    private bool TryReadCodeUnit(out char unit)
    {
        unit = '\0';
        _at++;
        for (var i = 0; i < 4; i++, _at++)
        {
            if (_at == _text.Length || !char.IsAsciiHexDigit(_text[_at]))
            {
                Fail("in \\u hexadecimal character escape");
                return false;
            }
            var digit = _text[_at];
            unit = (char)(unit << 4 | (char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10));
        }
        return true;
    }
}
