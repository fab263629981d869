using System.Globalization;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>
/// The conversions that the configuration language allows between scalars: numbers in texts, booleans as numbers, and so on.
/// None of them accepts <c>null</c>, which stands for absence. Source: reference page "configuration structure".
/// </summary>
public static class WeakTyping
{
    private const int LargestExponent = 400;

    /// <summary>A text; a number becomes its decimal text without exponent, a boolean <c>1</c> or <c>0</c>.</summary>
    public static bool TryString(ConfigNode node, out string value)
    {
        value = node.Kind switch
        {
            ConfigKind.String => node.Text,
            ConfigKind.Boolean => node.Text == "true" ? "1" : "0",
            ConfigKind.Number => PlainDecimal(node.Text) ?? "",
            _ => "",
        };
        return node.Kind switch
        {
            ConfigKind.String or ConfigKind.Boolean => true,
            ConfigKind.Number => value.Length > 0,
            _ => false,
        };
    }

    /// <summary>
    /// A boolean; a number is false when it is 0, and of texts <c>1 t T true TRUE True</c>, <c>0 f F false FALSE False</c>
    /// and the empty one (false) count.
    /// </summary>
    public static bool TryBoolean(ConfigNode node, out bool value)
    {
        switch (node.Kind)
        {
            case ConfigKind.Boolean:
                value = node.Text == "true";
                return true;
            case ConfigKind.Number:
                value = node.Text.AsSpan().IndexOfAnyInRange('1', '9') is var digit && digit >= 0
                    && node.Text.AsSpan().IndexOfAny('e', 'E') is var exponent && (exponent < 0 || digit < exponent);
                return true;
            case ConfigKind.String:
                value = node.Text is "1" or "t" or "T" or "true" or "TRUE" or "True";
                return value || node.Text is "" or "0" or "f" or "F" or "false" or "FALSE" or "False";
            default:
                value = false;
                return false;
        }
    }

    /// <summary>
    /// An integer; a fraction is cut toward zero, a boolean is 1 or 0, the empty text 0, and texts may be decimal, <c>0x</c>,
    /// <c>0o</c>, <c>0b</c> or, with a leading zero, octal.
    /// </summary>
    public static bool TryInteger(ConfigNode node, out long value)
    {
        value = 0;
        switch (node.Kind)
        {
            case ConfigKind.Boolean:
                value = node.Text == "true" ? 1 : 0;
                return true;
            case ConfigKind.Number:
                if (long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
                    return true;
                if (!decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    || number is < long.MinValue or > long.MaxValue)
                    return false;
                value = (long)decimal.Truncate(number);
                return true;
            case ConfigKind.String:
                return node.Text.Length == 0 || TryParseInteger(node.Text, out value);
            default:
                return false;
        }
    }

    /// <summary>A floating-point number; booleans are 1 or 0, the empty text 0.</summary>
    public static bool TryDouble(ConfigNode node, out double value)
    {
        value = 0;
        switch (node.Kind)
        {
            case ConfigKind.Boolean:
                value = node.Text == "true" ? 1 : 0;
                return true;
            case ConfigKind.Number or ConfigKind.String:
                return (node.Kind == ConfigKind.String && node.Text.Length == 0)
                    || (double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));
            default:
                return false;
        }
    }

    /// <summary>A duration; a bare number counts nanoseconds.</summary>
    /// <param name="node">The value.</param>
    /// <param name="value">The duration.</param>
    /// <param name="isBareNumber">Whether it was a number other than 0 without unit, which is rarely what was meant.</param>
    public static bool TryDuration(ConfigNode node, out TimeSpan value, out bool isBareNumber)
    {
        value = TimeSpan.Zero;
        isBareNumber = false;
        if (node.Kind == ConfigKind.String)
            return GoDuration.TryParse(node.Text, out value);
        if (node.Kind != ConfigKind.Number || !TryInteger(node, out var nanoseconds))
            return false;
        value = GoDuration.FromNanoseconds(nanoseconds);
        isBareNumber = nanoseconds != 0;
        return true;
    }

    private static bool TryParseInteger(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var negative = text[0] == '-';
        if (text[0] is '-' or '+')
            text = text[1..];

        var numberBase = 10;
        if (text.Length > 1 && text[0] == '0')
        {
            numberBase = char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 8 };
            text = text[(char.IsAsciiDigit(text[1]) ? 1 : 2)..];
        }
        if (text.IsEmpty)
            return false;

        Int128 number = 0;
        foreach (var c in text)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : numberBase;
            if (digit >= numberBase)
                return false;
            number = (number * numberBase) + digit;
            if (number > (Int128)long.MaxValue + 1)
                return false;
        }
        number = negative ? -number : number;
        if (number > long.MaxValue)
            return false;
        value = (long)number;
        return true;
    }

    /// <summary>The number without exponent, moved digit by digit so that none changes; null when that takes too many.</summary>
    private static string? PlainDecimal(string text)
    {
        var mark = text.AsSpan().IndexOfAny('e', 'E');
        if (mark < 0)
            return TrimFraction(text);
        if (!int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            || Math.Abs((long)exponent) > LargestExponent)
            return null;

        var sign = text[0] == '-' ? "-" : "";
        var mantissa = text[sign.Length..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        point = (point < 0 ? mantissa.Length : point) + exponent;
        var whole = point <= 0 ? "0" : digits.PadRight(point, '0')[..point].TrimStart('0');
        var fraction = point >= digits.Length ? "" : point < 0 ? new string('0', -point) + digits : digits[point..];
        return TrimFraction($"{sign}{(whole.Length == 0 ? "0" : whole)}.{fraction}");
    }

    private static string TrimFraction(string text) =>
        text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
}
