using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Sprig.Json;

/// <summary>Floating-point numbers in JSON: the fewest digits that read back the same, with an exponent below 1e-6 and from 1e21 upward.</summary>
internal static class JsonNumber
{
    private const double SafeInteger = 9007199254740992;

    public static void Append(StringBuilder text, double value)
    {
        if (Math.Truncate(value) == value && Math.Abs(value) < SafeInteger)
        {
            text.Append(double.IsNegative(value) ? "-" : "").Append(CultureInfo.InvariantCulture, $"{(long)Math.Abs(value)}");
            return;
        }
        Span<char> shortest = stackalloc char[32];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        AppendDigits(text, shortest[..length]);
    }

    // .NET writes mantissa and exponent at other bounds, so they are taken apart and put together.
    private static void AppendDigits(StringBuilder text, ReadOnlySpan<char> number)
    {
        if (number[0] == '-')
        {
            text.Append('-');
            number = number[1..];
        }
        var e = number.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? number : number[..e];
        var point = mantissa.IndexOf('.');
        Span<char> digits = stackalloc char[32];
        var count = 0;
        foreach (var c in mantissa)
            if (c != '.') digits[count++] = c;
        var zeros = digits[..count].IndexOfAnyExcept('0');
        // The value is 0.d1d2d3… × 10^scale.
        var scale = (point < 0 ? mantissa.Length : point) + exponent - zeros;
        AppendScaled(text, digits[zeros..count].TrimEnd('0'), scale);
    }

    private static void AppendScaled(StringBuilder text, ReadOnlySpan<char> digits, int scale)
    {
        if (scale is < -5 or > 21)
        {
            text.Append(digits[0]);
            if (digits.Length > 1) text.Append('.').Append(digits[1..]);
            text.Append(scale > 0 ? "e+" : "e-").Append(CultureInfo.InvariantCulture, $"{Math.Abs(scale - 1)}");
            return;
        }
        if (scale <= 0)
        {
            text.Append("0.").Append('0', -scale).Append(digits);
            return;
        }
        if (scale >= digits.Length)
        {
            text.Append(digits).Append('0', scale - digits.Length);
            return;
        }
        text.Append(digits[..scale]).Append('.').Append(digits[scale..]);
    }
}
