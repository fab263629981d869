using System.Globalization;
using System.Text;

namespace KrakenPlugins.Expressions.Values;

/// <summary>Doubles as texts: the least digits that read back as the same number, with an exponent below 10^-6 and from 10^21 on, as in JSON.</summary>
internal static class DoubleText
{
    private const int MinExponent = -6;
    private const int MaxExponent = 20;

    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var (digits, exponent) = Shortest(Math.Abs(value));
        var text = new StringBuilder(value < 0 ? "-" : "");
        if (exponent is < MinExponent or > MaxExponent)
            AppendScientific(text, digits, exponent);
        else
            AppendPlain(text, digits, exponent);
        return text.ToString();
    }

    // The digits, and the power of ten of the first.
    private static (string Digits, int Exponent) Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E');
        var mantissa = mark < 0 ? text : text[..mark];
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa.Length : point;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent + whole - 1 - leading);
    }

    private static void AppendScientific(StringBuilder text, string digits, int exponent)
    {
        text.Append(digits[0]);
        if (digits.Length > 1)
            text.Append('.').Append(digits, 1, digits.Length - 1);
        text.Append('e').Append(exponent < 0 ? '-' : '+').Append(CultureInfo.InvariantCulture, $"{Math.Abs(exponent):D2}");
    }

    private static void AppendPlain(StringBuilder text, string digits, int exponent)
    {
        if (exponent < 0)
        {
            text.Append("0.").Append('0', -exponent - 1).Append(digits);
            return;
        }
        var whole = exponent + 1;
        if (digits.Length <= whole)
            text.Append(digits).Append('0', whole - digits.Length);
        else
            text.Append(digits, 0, whole).Append('.').Append(digits, whole, digits.Length - whole);
    }
}
