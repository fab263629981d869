using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Sprig.Json;

/// <summary>JSON text (RFC 8259) to values, with the error texts of Go's <c>encoding/json</c>. Of equal keys the last counts.</summary>
internal ref partial struct JsonReader
{
    private const int DigitsThatDoublesKeep = 15;

    private readonly string _text;
    private int _at;
    private int _read;
    private string? _error;

    private JsonReader(string text) => _text = text;

    public static bool TryRead(string text, out TemplateValue value, [NotNullWhen(false)] out string? error)
    {
        var reader = new JsonReader(text);
        value = reader.ReadValue(0);
        reader.SkipSpace();
        if (reader._error is null && reader._at < text.Length) reader.Fail("after top-level value");
        error = reader._error;
        return error is null;
    }

    private TemplateValue ReadValue(int depth)
    {
        SkipSpace();
        if (SprigLimits.IsTooDeep(depth)) return FailWith("exceeded max depth");
        if (++_read > SprigLimits.Elements) return FailWith("json: too many values");
        if (_at == _text.Length) return Fail("");
        switch (_text[_at])
        {
            case '{':
                return ReadMap(depth);
            case '[':
                return ReadList(depth);
            case '"':
                return TemplateValue.From(ReadText());
            case 't':
                return ReadLiteral("true", TemplateValue.From(true));
            case 'f':
                return ReadLiteral("false", TemplateValue.From(false));
            case 'n':
                return ReadLiteral("null", TemplateValue.Nil);
            case '-' or (>= '0' and <= '9'):
                return ReadNumber();
            default:
                return Fail("looking for beginning of value");
        }
    }

    private TemplateValue ReadMap(int depth)
    {
        var map = new TemplateMap();
        _at++;
        if (TrySkip('}')) return TemplateValue.From(map);
        while (true)
        {
            if (Peek() != '"') return Fail("looking for beginning of object key string");
            var key = ReadText();
            if (_error is null && !TrySkip(':')) Fail("after object key");
            if (_error is not null) return default;
            var value = ReadValue(depth + 1);
            if (_error is not null) return default;
            map.Set(key, value);
            if (TrySkip('}')) return TemplateValue.From(map);
            if (!TrySkip(',')) return Fail("after object key:value pair");
        }
    }

    private TemplateValue ReadList(int depth)
    {
        var list = new TemplateList();
        _at++;
        if (TrySkip(']')) return TemplateValue.From(list);
        while (true)
        {
            var value = ReadValue(depth + 1);
            if (_error is not null) return default;
            list.Add(value);
            if (TrySkip(']')) return TemplateValue.From(list);
            if (!TrySkip(',')) return Fail("after array element");
        }
    }

    private TemplateValue ReadLiteral(string literal, TemplateValue value)
    {
        foreach (var expected in literal)
        {
            if (_at == _text.Length || _text[_at] != expected) return Fail($"in literal {literal} (expecting '{expected}')");
            _at++;
        }
        return value;
    }

    private TemplateValue ReadNumber()
    {
        var start = _at;
        if (_text[_at] == '-') _at++;
        var whole = _at;
        if (!SkipDigits("in numeric literal")) return default;
        if (_text[whole] == '0' && _at > whole + 1) _at = whole + 1;
        var isInteger = true;
        if (_at < _text.Length && _text[_at] == '.')
        {
            (isInteger, _at) = (false, _at + 1);
            if (!SkipDigits("after decimal point in numeric literal")) return default;
        }
        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            (isInteger, _at) = (false, _at + 1);
            if (_at < _text.Length && _text[_at] is '+' or '-') _at++;
            if (!SkipDigits("in exponent of numeric literal")) return default;
        }
        var written = _text.AsSpan(start, _at - start);
        var number = double.Parse(written, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number)) return FailWith($"json: cannot unmarshal number {written} into Go value of type float64");
        return isInteger && written.Length > DigitsThatDoublesKeep ? TemplateValue.FromNumber(number, written.ToString()) : TemplateValue.From(number);
    }

    private bool SkipDigits(string place)
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        if (_at == start) Fail(place);
        return _at > start;
    }

    private char Peek()
    {
        SkipSpace();
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private bool TrySkip(char c)
    {
        if (_error is not null || Peek() != c) return false;
        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\r' or '\n') _at++;
    }

    private TemplateValue Fail(string place)
    {
        if (_at >= _text.Length) return FailWith("unexpected end of JSON input");
        Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out _);
        var shown = rune.Value switch
        {
            '\'' => "'\\''",
            '"' => "'\"'",
            '\n' => "'\\n'",
            '\r' => "'\\r'",
            '\t' => "'\\t'",
            < ' ' => string.Create(CultureInfo.InvariantCulture, $"'\\x{rune.Value:x2}'"),
            _ => $"'{rune}'",
        };
        return FailWith($"invalid character {shown} {place}");
    }

    private TemplateValue FailWith(string error)
    {
        _error ??= error;
        return default;
    }
}
