using System.Globalization;

namespace KrakenPlugins.Templates.Sprig;

/// <summary>Numbers out of any value, as Sprig takes them: what is no number counts 0.</summary>
internal static class Conversion
{
    public static long ToInt64(TemplateValue value) => value.Kind switch
    {
        TemplateKind.Int => value.AsInt,
        TemplateKind.Float => (long)value.AsFloat,
        TemplateKind.Bool => value.AsBool ? 1 : 0,
        TemplateKind.String => ParseInteger(value.AsString),
        _ => 0,
    };

    public static double ToFloat(TemplateValue value) => value.Kind switch
    {
        TemplateKind.Float => value.AsFloat,
        TemplateKind.Int => value.AsInt,
        TemplateKind.Bool => value.AsBool ? 1 : 0,
        TemplateKind.String => ParseFloat(value.AsString),
        _ => 0,
    };

    /// <summary>An integer as Go writes literals: decimal, <c>0x</c>, <c>0o</c> or a leading 0, <c>0b</c>, underscores; also <c>8.0</c>.</summary>
    public static long ParseInteger(ReadOnlySpan<char> text)
    {
        text = WithoutZeroFraction(text);
        var isNegative = text.StartsWith('-');
        if (isNegative || text.StartsWith('+')) text = text[1..];
        var (prefix, numberBase) = PrefixOf(text);
        return TryParseDigits(text[prefix..], numberBase, mayHaveUnderscores: true, out var magnitude) ? WithSign(magnitude, isNegative) : 0;
    }

    /// <summary>An integer of digits in one base, with a sign; false where there is anything else or too much.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, int numberBase, out long value)
    {
        var isNegative = text.StartsWith('-');
        if (isNegative || text.StartsWith('+')) text = text[1..];
        value = 0;
        if (!TryParseDigits(text, numberBase, mayHaveUnderscores: false, out var magnitude)) return false;
        if (magnitude > (isNegative ? 1UL << 63 : long.MaxValue)) return false;
        value = WithSign(magnitude, isNegative);
        return true;
    }

    private static long WithSign(ulong magnitude, bool isNegative)
    {
        if (!isNegative) return magnitude > long.MaxValue ? 0 : (long)magnitude;
        return magnitude > 1UL << 63 ? 0 : unchecked(-(long)magnitude);
    }

    private static ReadOnlySpan<char> WithoutZeroFraction(ReadOnlySpan<char> text)
    {
        var whole = text.TrimEnd('0');
        return whole.Length < text.Length && whole.EndsWith('.') ? whole[..^1] : text;
    }

    private static (int Skip, int Base) PrefixOf(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '0') return (0, 10);
        return (text[1] | 0x20) switch
        {
            'x' => (2, 16),
            'o' => (2, 8),
            'b' => (2, 2),
            _ => (1, 8),
        };
    }

    private static bool TryParseDigits(ReadOnlySpan<char> digits, int numberBase, bool mayHaveUnderscores, out ulong magnitude)
    {
        magnitude = 0;
        if (digits.Length == 0 || digits.EndsWith('_') || digits.IndexOf("__") >= 0) return false;
        foreach (var c in digits)
        {
            if (c == '_' && mayHaveUnderscores) continue;
            if (!char.IsAsciiHexDigit(c)) return false;
            var digit = (ulong)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
            if (digit >= (ulong)numberBase || magnitude > (ulong.MaxValue - digit) / (ulong)numberBase) return false;
            magnitude = magnitude * (ulong)numberBase + digit;
        }
        return true;
    }

    private static double ParseFloat(string text)
    {
        if (text.Length == 0 || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])) return 0;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
