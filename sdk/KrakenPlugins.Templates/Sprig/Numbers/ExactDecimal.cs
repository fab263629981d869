using System.Globalization;
using System.Numerics;

namespace KrakenPlugins.Templates.Sprig.Numbers;

/// <summary>A decimal number of any length: digits × 10^exponent.</summary>
internal readonly struct ExactDecimal(BigInteger digits, int exponent)
{
    // Quotients are rounded here, half away from zero.
    private const int QuotientFractionDigits = 16;

    private readonly BigInteger _digits = digits;
    private readonly int _exponent = exponent;

    public bool IsZero => _digits.IsZero;

    /// <summary>The shortest decimal that a finite number is printed as.</summary>
    public static ExactDecimal From(double value)
    {
        if (Math.Truncate(value) == value && Math.Abs(value) < long.MaxValue) return new ExactDecimal((long)value, 0);
        return Parse(value.ToString("R", CultureInfo.InvariantCulture));
    }

    public static ExactDecimal operator +(ExactDecimal left, ExactDecimal right)
    {
        var exponent = Math.Min(left._exponent, right._exponent);
        return new ExactDecimal(left.Scaled(exponent) + right.Scaled(exponent), exponent);
    }

    public static ExactDecimal operator -(ExactDecimal left, ExactDecimal right) => left + new ExactDecimal(-right._digits, right._exponent);

    public static ExactDecimal operator *(ExactDecimal left, ExactDecimal right) =>
        new(left._digits * right._digits, left._exponent + right._exponent);

    public static ExactDecimal operator /(ExactDecimal left, ExactDecimal right)
    {
        var shift = left._exponent - right._exponent + QuotientFractionDigits;
        var (dividend, divisor) = shift >= 0
            ? (left._digits * BigInteger.Pow(10, shift), right._digits)
            : (left._digits, right._digits * BigInteger.Pow(10, -shift));
        var quotient = BigInteger.DivRem(dividend, divisor, out var remainder);
        if (2 * BigInteger.Abs(remainder) >= BigInteger.Abs(divisor)) quotient += dividend.Sign * divisor.Sign;
        return new ExactDecimal(quotient, -QuotientFractionDigits);
    }

    /// <summary>The nearest floating-point number; infinite when it is too large.</summary>
    public double ToDouble() => double.Parse(string.Create(CultureInfo.InvariantCulture, $"{_digits}E{_exponent}"), CultureInfo.InvariantCulture);

    private BigInteger Scaled(int exponent) => _digits * BigInteger.Pow(10, _exponent - exponent);

    private static ExactDecimal Parse(ReadOnlySpan<char> text)
    {
        var exponent = 0;
        var at = text.IndexOf('E');
        if (at >= 0)
        {
            exponent = int.Parse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..at];
        }
        var point = text.IndexOf('.');
        var fraction = point < 0 ? 0 : text.Length - point - 1;
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        return new ExactDecimal(BigInteger.Parse(digits, CultureInfo.InvariantCulture), exponent - fraction);
    }
}
