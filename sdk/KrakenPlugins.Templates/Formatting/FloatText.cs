using System.Globalization;

namespace KrakenPlugins.Templates.Formatting;

/// <summary>Numbers as Go's <c>strconv.AppendFloat</c> writes them, always with a sign in front.</summary>
internal static class FloatText
{
    /// <summary>Integral numbers below this are printed as plain digits; JSON's encoders in Go and in browsers draw the same line.</summary>
    private const double PlainLimit = 1e21;

    /// <summary>Appends a number as Go's <c>%v</c> does, but integral ones as plain digits: 1e6 is <c>1000000</c>.</summary>
    public static void AppendValue(TextBuffer buffer, double value)
    {
        if (IsPlain(value))
        {
            if (double.IsNegative(value)) buffer.Append('-');
            AppendPlain(buffer, Math.Abs(value));
            return;
        }
        var start = buffer.Length;
        Append(buffer, value, 'g', -1);
        if (buffer.Text[start] != '+' || double.IsInfinity(value)) return;
        Span<char> number = stackalloc char[40];
        var digits = buffer.Text[(start + 1)..];
        digits.CopyTo(number);
        var length = digits.Length;
        buffer.Truncate(start);
        buffer.Append(number[..length]);
    }

    /// <summary>Whether a number has no fraction and is printed as plain digits.</summary>
    public static bool IsPlain(double value) => Math.Abs(value) < PlainLimit && Math.Truncate(value) == value;

    /// <summary>Appends the digits of a number that <see cref="IsPlain"/> and is not negative.</summary>
    public static void AppendPlain(TextBuffer buffer, double value)
    {
        if (value < 9007199254740992)
        {
            buffer.Append((long)value);
            return;
        }
        Span<char> space = stackalloc char[FloatDigits.BufferSize];
        AppendFixed(buffer, FloatDigits.Shortest(value, space), 0);
    }

    /// <summary>Appends sign and number in the form of a verb (<c>b e E f g G x X</c>); a precision of -1 is the shortest that reads back.</summary>
    public static void Append(TextBuffer buffer, double value, char verb, int precision)
    {
        if (double.IsNaN(value))
        {
            buffer.Append("+NaN");
            return;
        }
        buffer.Append(double.IsNegative(value) ? '-' : '+');
        value = Math.Abs(value);
        if (double.IsInfinity(value))
        {
            buffer.Append("Inf");
            return;
        }
        switch (verb)
        {
            case 'b':
                AppendBinary(buffer, value);
                return;
            case 'x' or 'X':
                AppendHexadecimal(buffer, value, verb, precision);
                return;
        }
        Span<char> space = stackalloc char[FloatDigits.BufferSize];
        if (verb is 'g' or 'G' && precision == 0) precision = 1;
        var digits = precision < 0
            ? FloatDigits.Shortest(value, space)
            : FloatDigits.Rounded(value, verb is 'e' or 'E' ? precision + 1 : precision, verb == 'f', space);
        switch (verb)
        {
            case 'e' or 'E':
                AppendExponent(buffer, digits, precision < 0 ? Math.Max(digits.Count - 1, 0) : precision, verb);
                return;
            case 'f':
                AppendFixed(buffer, digits, precision < 0 ? Math.Max(digits.Count - digits.Point, 0) : precision);
                return;
        }
        var threshold = precision < 0 ? 6 : precision;
        if (precision >= 0 && threshold > digits.Count && digits.Count >= digits.Point) threshold = digits.Count;
        var exponent = digits.Point - 1;
        if (digits.Count > 0 && (exponent < -4 || exponent >= threshold))
            AppendExponent(buffer, digits, digits.Count - 1, verb == 'g' ? 'e' : 'E');
        else
            AppendFixed(buffer, digits, Math.Max(digits.Count - digits.Point, 0));
    }

    private static void AppendExponent(TextBuffer buffer, scoped FloatDigits digits, int precision, char e)
    {
        buffer.Append(digits[0]);
        if (precision > 0) buffer.Append('.');
        for (var i = 1; i <= precision; i++) buffer.Append(digits[i]);
        buffer.Append(e);
        AppendPower(buffer, digits.Count == 0 ? 0 : digits.Point - 1);
    }

    private static void AppendFixed(TextBuffer buffer, scoped FloatDigits digits, int precision)
    {
        if (digits.Point <= 0) buffer.Append('0');
        for (var i = 0; i < digits.Point; i++) buffer.Append(digits[i]);
        if (precision <= 0) return;
        buffer.Append('.');
        for (var i = 0; i < precision; i++)
        {
            var index = digits.Point + i;
            buffer.Append(index < 0 ? '0' : digits[index]);
        }
    }

    private static void AppendBinary(TextBuffer buffer, double value)
    {
        var (mantissa, exponent) = Parts(value);
        buffer.Append(mantissa);
        buffer.Append('p');
        if (exponent >= 0) buffer.Append('+');
        buffer.Append(exponent);
    }

    private static void AppendHexadecimal(TextBuffer buffer, double value, char x, int precision)
    {
        var (mantissa, exponent) = Parts(value);
        if (mantissa == 0)
        {
            exponent = 0;
        }
        else
        {
            exponent += 52;
            for (; (mantissa & (1L << 52)) == 0; exponent--) mantissa <<= 1;
        }
        // The leading 1 lies at bit 60, so that 15 hexadecimal digits follow it.
        mantissa <<= 8;
        if (precision is >= 0 and < 15)
        {
            var shift = 4 * (15 - precision);
            var extra = mantissa & ((1L << shift) - 1);
            mantissa >>= shift;
            var half = 1L << (shift - 1);
            if (extra > half || (extra == half && (mantissa & 1) == 1)) mantissa++;
            mantissa <<= shift;
            if ((mantissa & (1L << 61)) != 0)
            {
                mantissa >>= 1;
                exponent++;
            }
        }
        buffer.Append('0');
        buffer.Append(x);
        buffer.Append((char)('0' + ((mantissa >> 60) & 1)));
        mantissa &= (1L << 60) - 1;
        if (precision != 0 && (precision > 0 || mantissa != 0)) buffer.Append('.');
        for (var i = 0; precision < 0 ? mantissa != 0 : i < precision; i++)
        {
            var digit = (int)(mantissa >> 56) & 15;
            buffer.Append((x == 'x' ? "0123456789abcdef" : "0123456789ABCDEF")[digit]);
            mantissa = (mantissa << 4) & ((1L << 60) - 1);
        }
        buffer.Append(x == 'x' ? 'p' : 'P');
        AppendPower(buffer, exponent);
    }

    /// <summary>The sign and at least two digits of an exponent.</summary>
    private static void AppendPower(TextBuffer buffer, int exponent)
    {
        buffer.Append(exponent < 0 ? '-' : '+');
        exponent = Math.Abs(exponent);
        if (exponent < 10) buffer.Append('0');
        buffer.Append(exponent);
    }

    /// <summary>The integer mantissa and the power of two that give the number.</summary>
    private static (long Mantissa, int Exponent) Parts(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> 52) & 0x7FF;
        var fraction = bits & ((1L << 52) - 1);
        return biased == 0 ? (fraction, -1074) : (fraction | (1L << 52), biased - 1075);
    }
}
