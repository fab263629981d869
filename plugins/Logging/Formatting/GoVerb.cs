using System.Globalization;
using System.Text;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>What a variable prints, as far as Go's verbs care.</summary>
internal enum VerbOperand
{
    /// <summary>A text.</summary>
    Text,
    /// <summary>An integer.</summary>
    Integer,
    /// <summary>A number with decimals.</summary>
    Number,
    /// <summary>Whatever a document holds: texts and numbers, told when the line is written.</summary>
    Any,
}

/// <summary>
/// One Go formatting verb without its <c>%</c>, compiled: flags, width, precision, verb, and text behind it (<c>.3fms</c>). Source: package
/// <c>fmt</c> of Go's library. <c>T</c>, <c>p</c>, <c>c</c>, <c>U</c>, <c>t</c> and the indexes of arguments are not among them.
/// </summary>
internal sealed class GoVerb
{
    private const int MaxWidth = 1000;

    // What a client sends must not fill a queue with one line; "..." stands for the rest, as in the built-in line.
    private const int LongestValue = 8192;

    private const string TextVerbs = "svqxX";
    private const string IntegerVerbs = "dvxXobOq";
    private const string NumberVerbs = "fFeEgGvd";

    private GoVerb() { }

    private bool Left { get; init; }
    private bool Plus { get; init; }
    private bool Space { get; init; }
    private bool Sharp { get; init; }
    private bool Zero { get; init; }
    private int Width { get; init; }
    private int Precision { get; init; } = -1;
    private char Verb { get; init; }
    private string Tail { get; init; } = "";

    /// <summary>Whether the verb prints texts.</summary>
    public bool TakesText => TextVerbs.Contains(Verb, StringComparison.Ordinal);

    /// <summary>Whether the verb prints integers.</summary>
    public bool TakesInteger => IntegerVerbs.Contains(Verb, StringComparison.Ordinal);

    // What most lines are made of goes straight into the buffer.
    private bool IsBare => Width == 0 && Precision < 0 && !Plus && !Space && !Sharp;

    /// <summary>Compiles a verb for what it prints; <see langword="null"/> when Go has none like it.</summary>
    public static GoVerb? Parse(string format, VerbOperand operand)
    {
        var i = 0;
        var flags = "";
        while (i < format.Length && "-+# 0".Contains(format[i], StringComparison.Ordinal))
            flags += format[i++];
        var width = Number(format, ref i);
        var precision = -1;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = Number(format, ref i);
        }
        if (i == format.Length || width > MaxWidth || precision > MaxWidth)
            return null;
        var verb = format[i];
        var known = operand switch
        {
            VerbOperand.Text => TextVerbs,
            VerbOperand.Integer => IntegerVerbs,
            VerbOperand.Number => NumberVerbs,
            _ => TextVerbs + IntegerVerbs + NumberVerbs,
        };
        if (!known.Contains(verb, StringComparison.Ordinal))
            return null;
        return new GoVerb
        {
            Left = flags.Contains('-', StringComparison.Ordinal),
            Plus = flags.Contains('+', StringComparison.Ordinal),
            Space = flags.Contains(' ', StringComparison.Ordinal),
            Sharp = flags.Contains('#', StringComparison.Ordinal),
            Zero = flags.Contains('0', StringComparison.Ordinal) && !flags.Contains('-', StringComparison.Ordinal),
            Width = width,
            Precision = precision,
            Verb = verb,
            Tail = format[(i + 1)..],
        };
    }

    /// <summary>Writes a text, escaped for its line unless the verb quotes or encodes it.</summary>
    /// <param name="line">Where.</param>
    /// <param name="text">The value.</param>
    /// <param name="raw">Whether it is known to need no escape.</param>
    public void Write(Utf8Line line, ReadOnlySpan<char> text, bool raw = false)
    {
        var isCut = !raw && text.Length > LongestValue;
        if (isCut)
            text = text[..LongestValue];
        if (Precision >= 0 && Verb is 's' or 'v' or 'q')
            text = Truncate(text);
        switch (Verb)
        {
            case 'q':
                WritePadded(line, GoQuote.Text(text, Sharp), escape: false);
                break;
            case 'x' or 'X':
                WritePadded(line, Hex(text), escape: false);
                break;
            case 's' or 'v' when IsBare && raw:
                line.Append(text);
                break;
            case 's' or 'v':
                WritePadded(line, text, escape: !raw);
                break;
            default:
                // As Go does with an operand that the verb is not made for.
                line.Append($"%!{Verb}(string=");
                line.AppendEscaped(text);
                line.Append(')');
                break;
        }
        if (isCut)
            line.Append("..."u8);
        line.Append(Tail);
    }

    /// <summary>Writes an integer.</summary>
    public void Write(Utf8Line line, long value)
    {
        if (Verb is 'd' or 'v' && IsBare)
        {
            line.Append(value);
            line.Append(Tail);
            return;
        }
        var magnitude = (ulong)Math.Abs((decimal)value);
        var digits = Verb switch
        {
            'd' or 'v' => magnitude.ToString(CultureInfo.InvariantCulture),
            'x' => (Sharp ? "0x" : "") + magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => (Sharp ? "0X" : "") + magnitude.ToString("X", CultureInfo.InvariantCulture),
            'b' => (Sharp ? "0b" : "") + magnitude.ToString("b", CultureInfo.InvariantCulture),
            'o' => (Sharp ? "0" : "") + Octal(magnitude),
            'O' => "0o" + Octal(magnitude),
            'q' => GoQuote.Rune(value),
            _ => $"%!{Verb}(int={value.ToString(CultureInfo.InvariantCulture)})",
        };
        if (Verb is not 'q' && Precision > digits.Length)
            digits = digits.PadLeft(Precision, '0');
        WriteSigned(line, value < 0, digits, zeros: Zero && Precision < 0 && Verb is not 'q');
        line.Append(Tail);
    }

    /// <summary>Writes a number with decimals.</summary>
    public void Write(Utf8Line line, double value)
    {
        if (Verb == 'f' && Width == 0 && !Plus && !Space && !Sharp && double.IsFinite(value))
        {
            line.AppendFixed(value, Precision < 0 ? 6 : Precision);
            line.Append(Tail);
            return;
        }
        var text = GoNumber.Format(Math.Abs(value), Verb, Precision);
        WriteSigned(line, double.IsNegative(value), text, Zero && double.IsFinite(value));
        line.Append(Tail);
    }

    private void WriteSigned(Utf8Line line, bool negative, string digits, bool zeros)
    {
        var sign = negative ? "-" : Plus ? "+" : Space ? " " : "";
        var missing = Width - sign.Length - digits.Length;
        if (!Left && !zeros)
            line.Fill(' ', missing);
        line.Append(sign);
        if (zeros)
            line.Fill('0', missing);
        line.Append(digits);
        if (Left)
            line.Fill(' ', missing);
    }

    private void WritePadded(Utf8Line line, ReadOnlySpan<char> text, bool escape)
    {
        var missing = Width == 0 ? 0 : Width - Runes(text);
        if (!Left)
            line.Fill(Zero ? '0' : ' ', missing);
        if (escape)
            line.AppendEscaped(text);
        else
            line.Append(text);
        if (Left)
            line.Fill(' ', missing);
    }

    private ReadOnlySpan<char> Truncate(ReadOnlySpan<char> text)
    {
        var end = 0;
        var runes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (runes++ == Precision)
                return text[..end];
            end += rune.Utf16SequenceLength;
        }
        return text;
    }

    private string Hex(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        var cut = Precision >= 0 ? bytes.AsSpan(0, Math.Min(Precision, bytes.Length)) : bytes;
        var hex = Verb == 'x' ? Convert.ToHexStringLower(cut) : Convert.ToHexString(cut);
        return Sharp && hex.Length > 0 ? (Verb == 'x' ? "0x" : "0X") + hex : hex;
    }

    private static int Runes(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    private static string Octal(ulong value)
    {
        if (value == 0)
            return "0";
        var digits = new StringBuilder();
        for (; value > 0; value >>= 3)
            digits.Insert(0, (char)('0' + (value & 7)));
        return digits.ToString();
    }

    private static int Number(string text, ref int i)
    {
        var number = 0;
        for (; i < text.Length && char.IsAsciiDigit(text[i]); i++)
            number = Math.Min(number * 10 + text[i] - '0', MaxWidth + 1);
        return number;
    }
}
