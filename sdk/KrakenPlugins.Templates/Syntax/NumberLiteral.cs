using System.Globalization;
using System.Numerics;

namespace KrakenPlugins.Templates.Syntax;

/// <summary>A number or character in a template. One literal can be both an integer and a floating-point number.</summary>
internal readonly struct NumberLiteral
{
    private NumberLiteral(long? integer, double number, bool isFloatSyntax)
    {
        Integer = integer;
        Float = number;
        IsFloatSyntax = isFloatSyntax;
    }

    /// <summary>The value where an integer of 64 bits is needed; null when it has a fraction or does not fit.</summary>
    public long? Integer { get; }

    /// <summary>The value where a floating-point number is needed.</summary>
    public double Float { get; }

    /// <summary>Whether the literal is a floating-point number where nothing asks for a type: it has a point or an exponent.</summary>
    public bool IsFloatSyntax { get; }

    /// <summary>Reads a literal; on failure <paramref name="problem"/> is the message.</summary>
    public static NumberLiteral? Read(Token token, out string problem)
    {
        var text = token.Value;
        problem = "";
        if (token.Kind == TokenKind.CharConstant)
        {
            if (StringLiteral.TryReadCharacter(text, out var code)) return new NumberLiteral(code, code, false);
            problem = "malformed character constant: " + text;
            return null;
        }
        if (token.Kind == TokenKind.Complex || text.EndsWith('i'))
        {
            problem = "imaginary numbers are not supported: " + GoFormat.Quote(text);
            return null;
        }
        if (TryReadInteger(text, out var integer))
        {
            if (integer < long.MinValue || integer > ulong.MaxValue)
            {
                problem = "integer overflow: " + GoFormat.Quote(text);
                return null;
            }
            return new NumberLiteral(integer <= long.MaxValue ? (long)integer : null, (double)integer, false);
        }
        if (!TryReadFloat(text, out var number))
        {
            problem = "illegal number syntax: " + GoFormat.Quote(text);
            return null;
        }
        // What has neither point nor exponent was meant to be an integer: 089.
        if (text.AsSpan().IndexOfAny(".eEpP") < 0)
        {
            problem = "integer overflow: " + GoFormat.Quote(text);
            return null;
        }
        var whole = TemplateValue.From(number).TryGetInteger(out var rounded) ? rounded : (long?)null;
        return new NumberLiteral(whole, number, true);
    }

    /// <summary>An integer of Go's syntax: bases 2, 8, 10 and 16, underscores between digits, an octal one also with a leading 0 only.</summary>
    private static bool TryReadInteger(ReadOnlySpan<char> text, out BigInteger value)
    {
        value = default;
        if (!UnderscoresAreBetweenDigits(text)) return false;
        var negative = SkipSign(ref text);
        var numberBase = 10;
        if (text.Length > 1 && text[0] == '0')
        {
            numberBase = char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => -8 };
            text = text[(numberBase < 0 ? 1 : 2)..];
            numberBase = Math.Abs(numberBase);
        }
        var any = false;
        foreach (var c in text)
        {
            if (c == '_') continue;
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiHexDigit(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= numberBase) return false;
            value = value * numberBase + digit;
            any = true;
            // Far too large either way; longer literals would take quadratic time.
            if (value.GetBitLength() > 4096) break;
        }
        if (negative) value = -value;
        return any;
    }

    private static bool TryReadFloat(string text, out double value)
    {
        value = 0;
        if (!UnderscoresAreBetweenDigits(text)) return false;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var unsigned = plain.AsSpan().TrimStart("+-");
        if (unsigned.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!TryReadHexadecimal(unsigned[2..], out value)) return false;
            if (plain[0] == '-') value = -value;
            return true;
        }
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(plain, style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>A hexadecimal mantissa with its mandatory binary exponent, such as <c>1.8p3</c>.</summary>
    private static bool TryReadHexadecimal(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        var p = text.IndexOfAny('p', 'P');
        if (p < 0 || !int.TryParse(text[(p + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)) return false;
        var mantissa = BigInteger.Zero;
        var any = false;
        var behindPoint = false;
        foreach (var c in text[..p])
        {
            if (c == '.' && !behindPoint)
            {
                behindPoint = true;
                continue;
            }
            if (!char.IsAsciiHexDigit(c) || mantissa.GetBitLength() > 1000) return false;
            mantissa = mantissa * 16 + (char.IsAsciiDigit(c) ? c - '0' : char.ToLowerInvariant(c) - 'a' + 10);
            if (behindPoint) exponent -= 4;
            any = true;
        }
        value = Math.ScaleB((double)mantissa, exponent);
        return any && double.IsFinite(value);
    }

    private static bool UnderscoresAreBetweenDigits(ReadOnlySpan<char> text)
    {
        if (!text.Contains('_')) return true;
        SkipSign(ref text);
        // A prefix counts as a digit: 0x_1 is fine.
        var isPrefixed = text.Length > 1 && text[0] == '0' && char.ToLowerInvariant(text[1]) is 'x' or 'o' or 'b';
        var previous = isPrefixed ? '0' : '\0';
        foreach (var c in text[(isPrefixed ? 2 : 0)..])
        {
            var isDigit = char.IsAsciiHexDigit(c);
            if (c == '_' && !char.IsAsciiHexDigit(previous)) return false;
            if (previous == '_' && !isDigit) return false;
            previous = c;
        }
        return previous != '_';
    }

    private static bool SkipSign(ref ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || text[0] is not ('+' or '-')) return false;
        var negative = text[0] == '-';
        text = text[1..];
        return negative;
    }
}
