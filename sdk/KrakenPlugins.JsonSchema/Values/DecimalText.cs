namespace KrakenPlugins.JsonSchema.Values;

/// <summary>
/// A JSON number read from its text without rounding: <c>0.d1d2… × 10^Magnitude</c>. Work is linear in the text, never in the
/// value: <c>1e400000000</c> costs as much as <c>1</c>.
/// </summary>
internal readonly ref struct DecimalText
{
    // Exponents beyond this are all the same; no number that anybody means comes near it, and sums with it do not overflow.
    private const long ExponentLimit = 100_000_000_000_000_000;

    private DecimalText(bool negative, ReadOnlySpan<char> digits, int count, long magnitude)
    {
        IsNegative = negative;
        Digits = digits;
        Count = count;
        Magnitude = magnitude;
    }

    /// <summary>From the first digit that is not zero to the last one; a point may stand between. Empty for zero.</summary>
    internal ReadOnlySpan<char> Digits { get; }

    /// <summary>Digits without the point.</summary>
    internal int Count { get; }

    /// <summary>Power of ten of the place before the first digit.</summary>
    internal long Magnitude { get; }

    internal bool IsNegative { get; }

    internal bool IsZero => Count == 0;

    internal bool IsInteger => Magnitude >= Count;

    internal static DecimalText Parse(ReadOnlySpan<char> text)
    {
        var at = text.Length > 0 && (text[0] is '-' or '+') ? 1 : 0;
        int start = at, point = -1, first = -1, last = -1;
        long exponent = 0;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c is >= '1' and <= '9')
            {
                first = first < 0 ? at : first;
                last = at;
            }
            else if (c is 'e' or 'E')
            {
                exponent = ParseExponent(text[(at + 1)..], text);
                break;
            }
            else if (c == '.' && point < 0)
            {
                point = at;
            }
            else if (c != '0')
            {
                throw NotANumber(text);
            }
        }
        if (at == start)
            throw NotANumber(text);
        if (first < 0)
            return new DecimalText(false, default, 0, 0);
        if (point < 0)
            point = at;
        var count = last - first + (point > first && point < last ? 0 : 1);
        var magnitude = first < point ? point - first : point + 1 - first;
        return new DecimalText(text[0] == '-', text[first..(last + 1)], count, magnitude + exponent);
    }

    /// <summary>The value as it stands in the text, when it is an integer of at most 18 digits written plainly.</summary>
    internal static bool TryParseSmall(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var negative = text.Length > 0 && text[0] == '-';
        var digits = negative ? text[1..] : text;
        if (digits.Length is 0 or > 18)
            return false;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            value = (value * 10) + (c - '0');
        }
        if (negative)
            value = -value;
        return true;
    }

    /// <summary>The digits as a number; at most 18 of them.</summary>
    internal long SmallDigits()
    {
        long value = 0;
        foreach (var c in Digits)
            value = c == '.' ? value : (value * 10) + (c - '0');
        return value;
    }

    /// <summary>The value of an integer below 10^18.</summary>
    internal long SmallInteger()
    {
        var value = SmallDigits();
        for (var zeros = Magnitude - Count; zeros > 0; zeros--)
            value *= 10;
        return value;
    }

    internal int CompareTo(DecimalText other)
    {
        var sign = Sign;
        if (sign != other.Sign)
            return sign.CompareTo(other.Sign);
        if (sign == 0)
            return 0;
        if (Magnitude != other.Magnitude)
            return Magnitude > other.Magnitude ? sign : -sign;
        return sign * CompareDigits(Digits, other.Digits);
    }

    private int Sign => IsZero ? 0 : IsNegative ? -1 : 1;

    private static int CompareDigits(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int i = 0, j = 0;
        while (true)
        {
            if (i < left.Length && left[i] == '.')
                i++;
            if (j < right.Length && right[j] == '.')
                j++;
            if (i == left.Length || j == right.Length)
                return (left.Length - i).CompareTo(right.Length - j);
            if (left[i] != right[j])
                return left[i].CompareTo(right[j]);
            i++;
            j++;
        }
    }

    private static long ParseExponent(ReadOnlySpan<char> text, ReadOnlySpan<char> number)
    {
        var at = text.Length > 0 && (text[0] is '-' or '+') ? 1 : 0;
        if (at == text.Length)
            throw NotANumber(number);
        long value = 0;
        foreach (var c in text[at..])
        {
            if (!char.IsAsciiDigit(c))
                throw NotANumber(number);
            value = Math.Min(ExponentLimit, (value * 10) + (c - '0'));
        }
        return text[0] == '-' ? -value : value;
    }

    private static FormatException NotANumber(ReadOnlySpan<char> text) =>
        new($"\"{text[..Math.Min(text.Length, 40)]}\" is no JSON number");
}
