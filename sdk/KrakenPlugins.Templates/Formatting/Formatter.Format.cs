using System.Text;

namespace KrakenPlugins.Templates.Formatting;

internal ref partial struct Formatter
{
    /// <summary>Greatest width and precision; larger ones count as bad.</summary>
    private const int MostWidth = 1_000_000;

    /// <summary>Appends what a format and its arguments give, as Go's <c>Sprintf</c>.</summary>
    public static void Print(TextBuffer buffer, ReadOnlySpan<char> format, ReadOnlySpan<TemplateValue> arguments) =>
        new Formatter(buffer).PrintFormat(format, arguments);

    private void PrintFormat(ReadOnlySpan<char> format, ReadOnlySpan<TemplateValue> arguments)
    {
        var argument = 0;
        for (var i = 0; i < format.Length;)
        {
            var percent = format[i..].IndexOf('%');
            if (percent < 0)
            {
                _buffer.Append(format[i..]);
                break;
            }
            _buffer.Append(format.Slice(i, percent));
            i += percent + 1;
            if (!PrintVerb(format, ref i, arguments, ref argument)) break;
        }
        if (!_reordered && argument < arguments.Length) PrintExtra(arguments[argument..]);
    }

    /// <summary>One verb with its flags; false when the format ends before the verb.</summary>
    private bool PrintVerb(ReadOnlySpan<char> format, ref int i, ReadOnlySpan<TemplateValue> arguments, ref int argument)
    {
        ClearFlags();
        ReadFlags(format, ref i);
        var afterIndex = ReadIndex(format, ref i, arguments.Length, ref argument);
        ReadWidth(format, ref i, arguments, ref argument, ref afterIndex);
        if (i < format.Length && format[i] == '.')
        {
            i++;
            if (afterIndex) _goodIndex = false;
            afterIndex = ReadIndex(format, ref i, arguments.Length, ref argument);
            ReadPrecision(format, ref i, arguments, ref argument, ref afterIndex);
        }
        if (!afterIndex) ReadIndex(format, ref i, arguments.Length, ref argument);
        if (i >= format.Length)
        {
            _buffer.Append("%!(NOVERB)");
            return false;
        }
        Rune.DecodeFromUtf16(format[i..], out var rune, out var length);
        i += length;
        PrintArgument(rune.Value, arguments, ref argument);
        return true;
    }

    private void PrintArgument(int verb, ReadOnlySpan<TemplateValue> arguments, ref int argument)
    {
        if (verb == '%')
        {
            _buffer.Append('%');
            return;
        }
        if (!_goodIndex || argument >= arguments.Length)
        {
            _buffer.Append("%!");
            AppendVerb(verb);
            _buffer.Append(_goodIndex ? "(MISSING)" : "(BADINDEX)");
            return;
        }
        if (verb == 'v')
        {
            _goSyntax = _sharp;
            _sharp = false;
            _plus = false;
        }
        Format(arguments[argument++], verb);
    }

    private void PrintExtra(ReadOnlySpan<TemplateValue> extra)
    {
        ClearFlags();
        _buffer.Append("%!(EXTRA ");
        for (var i = 0; i < extra.Length; i++)
        {
            if (i > 0) _buffer.Append(", ");
            _buffer.Append(extra[i].TypeName);
            if (extra[i].IsNothing) continue;
            _buffer.Append('=');
            Format(extra[i], 'v');
        }
        _buffer.Append(')');
    }

    private void ClearFlags()
    {
        _plus = _minus = _sharp = _space = _zero = _goSyntax = false;
        _width = _precision = null;
        _goodIndex = true;
    }

    private void ReadFlags(ReadOnlySpan<char> format, ref int i)
    {
        for (; i < format.Length; i++)
        {
            switch (format[i])
            {
                case '#':
                    _sharp = true;
                    break;
                case '0':
                    _zero = true;
                    break;
                case '+':
                    _plus = true;
                    break;
                case '-':
                    _minus = true;
                    break;
                case ' ':
                    _space = true;
                    break;
                default:
                    return;
            }
        }
    }

    private void ReadWidth(ReadOnlySpan<char> format, ref int i, ReadOnlySpan<TemplateValue> arguments, ref int argument, ref bool afterIndex)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            _width = ArgumentNumber(arguments, ref argument);
            if (_width is null) _buffer.Append("%!(BADWIDTH)");
            if (_width < 0)
            {
                _width = -_width;
                _minus = true;
                _zero = false;
            }
            afterIndex = false;
            return;
        }
        _width = ReadNumber(format, ref i, format.Length);
        if (afterIndex && _width is not null) _goodIndex = false;
    }

    private void ReadPrecision(ReadOnlySpan<char> format, ref int i, ReadOnlySpan<TemplateValue> arguments, ref int argument, ref bool afterIndex)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            _precision = ArgumentNumber(arguments, ref argument);
            if (_precision < 0) _precision = null;
            if (_precision is null) _buffer.Append("%!(BADPREC)");
            afterIndex = false;
            return;
        }
        _precision = ReadNumber(format, ref i, format.Length) ?? 0;
    }

    /// <summary>Reads an explicit index such as <c>[3]</c>; true when there was a well-formed one.</summary>
    private bool ReadIndex(ReadOnlySpan<char> format, ref int i, int count, ref int argument)
    {
        if (i >= format.Length || format[i] != '[') return false;
        _reordered = true;
        var close = format[i..].IndexOf(']');
        if (close < 2)
        {
            _goodIndex = false;
            i += close < 0 ? 1 : close + 1;
            return false;
        }
        var end = i + close;
        var at = i + 1;
        var number = ReadNumber(format, ref at, end);
        var wellFormed = number is not null && at == end;
        i = end + 1;
        if (wellFormed && number >= 1 && number <= count)
            argument = number.Value - 1;
        else
            _goodIndex = false;
        return wellFormed;
    }

    private static int? ReadNumber(ReadOnlySpan<char> format, ref int i, int end)
    {
        var start = i;
        var number = 0;
        for (; i < end && char.IsAsciiDigit(format[i]); i++)
        {
            if (number > MostWidth)
            {
                i = end;
                return null;
            }
            number = number * 10 + (format[i] - '0');
        }
        return i == start ? null : number;
    }

    private static int? ArgumentNumber(ReadOnlySpan<TemplateValue> arguments, ref int argument)
    {
        if (argument >= arguments.Length) return null;
        return arguments[argument++].TryGetInteger(out var number) && number is >= -MostWidth and <= MostWidth ? (int)number : null;
    }
}
