using System.Globalization;
using System.Numerics;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.YamlDocuments;

/// <summary>The core schema's scalars. Source: YAML 1.2.2, chapter 10.3.2.</summary>
internal static class YamlScalars
{
    private const int MostDigits = 256;

    /// <summary>The value of a plain scalar without a tag.</summary>
    public static ConfigNode Plain(SourcePosition position, string text)
    {
        if (IsNull(text))
            return ConfigNode.Null(position);
        if (AsBoolean(text) is { } flag)
            return ConfigNode.Boolean(position, flag);
        if (AsNumber(position, text) is { } number)
            return ConfigNode.Number(position, number);
        return IsNotFinite(text)
            ? throw new YamlDocumentException(position, $"{text} is no number that a configuration can hold; put it in quotes if it is a text")
            : ConfigNode.String(position, text);
    }

    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    public static bool? AsBoolean(string text) => text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };

    /// <summary>The number in JSON's grammar, decimal and with the digits of the document; <see langword="null"/> when it is none.</summary>
    public static string? AsNumber(SourcePosition position, string text)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
            return null;
        if (text.StartsWith("0x", StringComparison.Ordinal) && IsAll(text.AsSpan(2), static c => char.IsAsciiHexDigit(c)))
            return Whole(position, text.AsSpan(2), bitsPerDigit: 4);
        if (text.StartsWith("0o", StringComparison.Ordinal) && IsAll(text.AsSpan(2), static c => c is >= '0' and <= '7'))
            return Whole(position, text.AsSpan(2), bitsPerDigit: 3);
        return Decimal(text);
    }

    private static bool IsNotFinite(string text) => text.TrimStart('+', '-') is ".inf" or ".Inf" or ".INF" || text is ".nan" or ".NaN" or ".NAN";

    private static string? Decimal(string text)
    {
        var digits = text.AsSpan(text[0] is '-' or '+' ? 1 : 0);
        var whole = CountDigits(digits);
        var rest = digits[whole..];
        var fraction = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            fraction = CountDigits(rest[1..]);
            rest = rest[(fraction + 1)..];
        }
        if (whole + fraction == 0)
            return null;
        var exponent = rest;
        if (rest.Length > 0)
        {
            if (rest[0] is not ('e' or 'E'))
                return null;
            var power = rest[1..];
            if (power.Length > 0 && power[0] is '-' or '+')
                power = power[1..];
            if (power.Length == 0 || CountDigits(power) != power.Length)
                return null;
        }

        var leading = digits[..whole].TrimStart('0');
        var isCanonical = text[0] != '+' && whole > 0 && (leading.Length == whole || (whole == 1 && leading.Length == 0)) && (fraction > 0 || !text.Contains('.', StringComparison.Ordinal));
        if (isCanonical)
            return text;
        var sign = text[0] == '-' ? "-" : "";
        var point = text.Contains('.', StringComparison.Ordinal) ? "." : "";
        var decimals = fraction > 0 ? digits.Slice(whole + 1, fraction) : point.Length > 0 ? "0" : "";
        return $"{sign}{(leading.Length > 0 ? leading : "0")}{point}{decimals}{exponent}";
    }

    private static string Whole(SourcePosition position, ReadOnlySpan<char> digits, int bitsPerDigit)
    {
        if (digits.Length > MostDigits)
            throw new YamlDocumentException(position, $"a number of more than {MostDigits} digits; put it in quotes if it is a text");
        var value = BigInteger.Zero;
        foreach (var digit in digits)
            value = (value << bitsPerDigit) + int.Parse([digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value.ToString(CultureInfo.InvariantCulture);
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool IsAll(ReadOnlySpan<char> text, Func<char, bool> isDigit)
    {
        foreach (var c in text)
        {
            if (!isDigit(c))
                return false;
        }
        return text.Length > 0;
    }
}
