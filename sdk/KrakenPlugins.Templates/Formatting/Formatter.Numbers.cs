using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Formatting;

internal ref partial struct Formatter
{
    private void FormatInteger(in TemplateValue value, long number, int verb)
    {
        switch (verb)
        {
            case 'v' or 'd':
                AppendInteger(number, 10, verb);
                return;
            case 'b':
                AppendInteger(number, 2, verb);
                return;
            case 'o' or 'O':
                AppendInteger(number, 8, verb);
                return;
            case 'x' or 'X':
                AppendInteger(number, 16, verb);
                return;
            case 'c':
                Pad(CharacterOf(number).ToString());
                return;
            case 'q':
                var start = _buffer.Length;
                GoQuote.Append(_buffer, CharacterOf(number).ToString(), '\'', _plus);
                PadFrom(start);
                return;
            case 'U':
                AppendCodePoint(number);
                return;
            default:
                BadVerb(value, verb);
                return;
        }
    }

    private static Rune CharacterOf(long number) =>
        number is >= 0 and <= 0x10FFFF && Rune.IsValid((int)number) ? new Rune((int)number) : Rune.ReplacementChar;

    private void AppendInteger(long number, int numberBase, int verb)
    {
        var negative = number < 0;
        var magnitude = negative ? 0UL - (ulong)number : (ulong)number;
        if (_precision == 0 && magnitude == 0)
        {
            _buffer.Fill(' ', _width ?? 0);
            return;
        }
        Span<char> digits = stackalloc char[64];
        var at = digits.Length;
        var alphabet = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
        do
        {
            digits[--at] = alphabet[(int)(magnitude % (ulong)numberBase)];
            magnitude /= (ulong)numberBase;
        }
        while (magnitude > 0);
        digits = digits[at..];

        var sign = negative ? '-' : _plus ? '+' : _space ? ' ' : '\0';
        var wanted = _precision ?? (_zero && !_minus && _width is { } width ? width - (sign == '\0' ? 0 : 1) : 0);
        var start = _buffer.Length;
        if (sign != '\0') _buffer.Append(sign);
        if (verb == 'O') _buffer.Append("0o");
        if (_sharp) AppendPrefix(numberBase, verb, digits[0] == '0' || wanted > digits.Length);
        _buffer.Fill('0', wanted - digits.Length);
        _buffer.Append(digits);
        var zero = _zero;
        _zero = false;
        PadFrom(start);
        _zero = zero;
    }

    private readonly void AppendPrefix(int numberBase, int verb, bool startsWithZero)
    {
        if (numberBase == 2) _buffer.Append("0b");
        if (numberBase == 8 && !startsWithZero) _buffer.Append('0');
        if (numberBase == 16) _buffer.Append(verb == 'X' ? "0X" : "0x");
    }

    private void AppendCodePoint(long number)
    {
        var start = _buffer.Length;
        _buffer.Append("U+");
        var digits = ((ulong)number).ToString("X", CultureInfo.InvariantCulture);
        _buffer.Fill('0', Math.Max(_precision ?? 4, 4) - digits.Length);
        _buffer.Append(digits);
        if (_sharp && number is >= 0 and <= 0x10FFFF && Rune.IsValid((int)number) && GoQuote.IsPrint(new Rune((int)number)))
        {
            _buffer.Append(" '");
            _buffer.Append(new Rune((int)number));
            _buffer.Append('\'');
        }
        var zero = _zero;
        _zero = false;
        PadFrom(start);
        _zero = zero;
    }

    private void FormatFloat(in TemplateValue value, int verb)
    {
        switch (verb)
        {
            case 'v' when !_goSyntax && _precision is null && value.NumberText is { } text:
                AppendNumberText(text);
                return;
            case 'd' when value.TryGetInteger(out var integer):
                AppendInteger(integer, 10, verb);
                return;
            case 'v':
                AppendFloat(value.AsFloat, 'g', -1, plain: !_goSyntax && !_sharp && _precision is null);
                return;
            case 'b' or 'g' or 'G' or 'x' or 'X':
                AppendFloat(value.AsFloat, (char)verb, -1, plain: false);
                return;
            case 'f' or 'e' or 'E':
                AppendFloat(value.AsFloat, (char)verb, 6, plain: false);
                return;
            case 'F':
                AppendFloat(value.AsFloat, 'f', 6, plain: false);
                return;
            default:
                BadVerb(value, verb);
                return;
        }
    }

    private void AppendNumberText(string text)
    {
        var start = _buffer.Length;
        if (text[0] != '-') _buffer.Append('+');
        _buffer.Append(text);
        PadNumber(start);
    }

    private void AppendFloat(double value, char verb, int precision, bool plain)
    {
        var start = _buffer.Length;
        precision = _precision ?? precision;
        if (plain && FloatText.IsPlain(value))
        {
            _buffer.Append(double.IsNegative(value) ? '-' : '+');
            FloatText.AppendPlain(_buffer, Math.Abs(value));
        }
        else
        {
            FloatText.Append(_buffer, value, verb, precision);
        }
        if (!double.IsFinite(value))
        {
            PadNotFinite(start, double.IsNaN(value));
            return;
        }
        if (_sharp && verb != 'b') KeepPoint(start, verb, precision);
        PadNumber(start);
    }

    /// <summary>Infinities keep their sign and NaN has none; zeros in front would make no sense.</summary>
    private void PadNotFinite(int start, bool isNaN)
    {
        var text = _buffer.Text[start..].ToString();
        if (text[0] == '+' && _space && !_plus) text = " " + text[1..];
        else if (isNaN && !_plus) text = text[1..];
        _buffer.Truncate(start);
        var zero = _zero;
        _zero = false;
        Pad(text);
        _zero = zero;
    }

    /// <summary>The sharp flag: a decimal point always, and the zeros at the end that the precision asks for.</summary>
    private readonly void KeepPoint(int start, char verb, int precision)
    {
        var text = _buffer.Text[start..].ToString();
        var digits = verb is 'g' or 'G' or 'x' or 'X' ? (precision < 0 ? 6 : precision) : 0;
        var end = text.IndexOfAny(verb is 'x' or 'X' ? ['p', 'P'] : ['e', 'E']);
        var number = end < 0 ? text : text[..end];
        var significant = false;
        foreach (var c in number.AsSpan(1))
        {
            if (c == '.') continue;
            significant |= c != '0';
            if (significant) digits--;
        }
        _buffer.Truncate(start);
        _buffer.Append(number);
        if (!number.Contains('.'))
        {
            if (number.Length == 2 && number[1] == '0') digits--;
            _buffer.Append('.');
        }
        _buffer.Fill('0', digits);
        if (end >= 0) _buffer.Append(text.AsSpan(end));
    }

    /// <summary>Pads a number that starts with its sign, and shows a plus only where it is asked for.</summary>
    private void PadNumber(int start)
    {
        var text = _buffer.Text[start..].ToString();
        _buffer.Truncate(start);
        if (text[0] == '+' && _space && !_plus) text = " " + text[1..];
        if (!_plus && text[0] == '+')
        {
            Pad(text.AsSpan(1));
            return;
        }
        if (_zero && !_minus && _width is { } width && width > text.Length)
        {
            _buffer.Append(text[0]);
            _buffer.Fill('0', width - text.Length);
            _buffer.Append(text.AsSpan(1));
            return;
        }
        Pad(text);
    }
}
