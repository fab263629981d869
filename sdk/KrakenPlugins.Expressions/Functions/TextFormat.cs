using System.Globalization;
using System.Text;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>'%s and %.2f'.format([…])</c>.</summary>
internal static class TextFormat
{
    private const int DefaultPrecision = 6;
    private const int MaxPrecision = 100;

    public static CelValue Format(ref CelContext context, in CelValue a, in CelValue b)
    {
        var (text, arguments) = (a.RawString, b.RawList);
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                result.Append(text[at]);
                continue;
            }
            if (at + 1 < text.Length && text[at + 1] == '%')
            {
                result.Append('%');
                at++;
                continue;
            }
            if (!TryReadPrecision(text, ref at, out var precision) || at == text.Length)
                return Bad("could not parse formatting clause: expected a letter, or '.' with digits and a letter, after '%'");
            if (next >= arguments.Count)
                return CelValue.Error(CelErrorCode.IndexOutOfRange, $"index {next} out of range");
            var before = result.Length;
            if (Clause(ref context, result, text[at], precision, arguments[next++]) is { IsError: true } error)
                return error;
            if (!context.TryChargeText(result.Length - before))
                return CelContext.CostExceeded;
        }
        return CelValue.Of(result.ToString());
    }

    // Stands on the letter afterwards.
    private static bool TryReadPrecision(string text, ref int at, out int? precision)
    {
        precision = null;
        at++;
        if (at >= text.Length || text[at] != '.')
            return true;
        var start = ++at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (!int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > MaxPrecision)
            return false;
        precision = value;
        return true;
    }

    private static CelValue Clause(ref CelContext context, StringBuilder result, char letter, int? precision, in CelValue value)
    {
        switch (letter)
        {
            case 's':
                return FormattedText.Append(ref context, result, value, 0);
            case 'd':
                return Decimal(result, value);
            case 'f' or 'e':
                return Floating(result, letter, precision ?? DefaultPrecision, value);
            case 'b':
                if (value.Kind == CelKind.Bool)
                    return Done(result.Append(value.IsTrue ? '1' : '0'));
                return Whole(result, value, static v => v.ToString("b", CultureInfo.InvariantCulture), "only integers and bools can be formatted as binary");
            case 'o':
                return Whole(result, value, Octal, "octal clause can only be used on integers");
            case 'x' or 'X':
                return Hexadecimal(ref context, result, letter == 'X', value);
            default:
                return Bad($"could not parse formatting clause: unrecognized formatting clause \"{letter}\"");
        }
    }

    private static CelValue Decimal(StringBuilder result, in CelValue value) => value.Kind switch
    {
        CelKind.Int => Done(result.Append(CultureInfo.InvariantCulture, $"{value.Bits}")),
        CelKind.Uint => Done(result.Append(CultureInfo.InvariantCulture, $"{value.AsUint}")),
        CelKind.Double when !double.IsFinite(value.RawDouble) => Done(result.Append(Special(value.RawDouble))),
        _ => Wrong("decimal clause can only be used on integers", value),
    };

    private static CelValue Floating(StringBuilder result, char letter, int precision, in CelValue value)
    {
        if (value.Kind is not (CelKind.Double or CelKind.Int or CelKind.Uint))
            return Wrong(letter == 'f' ? "fixed-point clause can only be used on doubles" : "scientific clause can only be used on doubles", value);
        var number = value.Kind switch
        {
            CelKind.Double => value.RawDouble,
            CelKind.Int => value.Bits,
            _ => value.AsUint,
        };
        if (!double.IsFinite(number))
            return Done(result.Append(Special(number)));
        return Done(letter == 'f' ? result.Append(Fixed(number, precision)) : AppendScientific(result, number, precision));
    }

    // What lies exactly between two goes to the even one. A double that only seems to lie there differs within 20 digits.
    private static string Fixed(double number, int precision)
    {
        const int Further = 20;
        var exact = number.ToString($"F{precision + Further}", CultureInfo.InvariantCulture);
        var kept = exact.AsSpan(0, exact.Length - Further);
        var isBetween = exact[^Further] == '5' && exact.AsSpan(exact.Length - Further + 1).TrimEnd('0').IsEmpty;
        var last = kept.TrimEnd('.')[^1];
        return isBetween && (last - '0') % 2 == 0 ? kept.TrimEnd('.').ToString() : number.ToString($"F{precision}", CultureInfo.InvariantCulture);
    }

    private static StringBuilder AppendScientific(StringBuilder result, double number, int precision)
    {
        var text = number.ToString($"e{precision}", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('e');
        var exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return result.Append(text, 0, mark).Append('e').Append(exponent < 0 ? '-' : '+').Append(CultureInfo.InvariantCulture, $"{Math.Abs(exponent):D2}");
    }

    private static string Special(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private static CelValue Whole(StringBuilder result, in CelValue value, Func<ulong, string> write, string wrong)
    {
        switch (value.Kind)
        {
            case CelKind.Uint:
                return Done(result.Append(write(value.AsUint)));
            case CelKind.Int:
                var magnitude = value.Bits < 0 ? unchecked((ulong)-value.Bits) : (ulong)value.Bits;
                return Done(result.Append(value.Bits < 0 ? "-" : "").Append(write(magnitude)));
            default:
                return Wrong(wrong, value);
        }
    }

    private static string Octal(ulong value)
    {
        Span<char> digits = stackalloc char[22];
        var at = digits.Length;
        do
        {
            digits[--at] = (char)('0' + (value & 7));
            value >>= 3;
        }
        while (value != 0);
        return digits[at..].ToString();
    }

    private static CelValue Hexadecimal(ref CelContext context, StringBuilder result, bool isUpper, in CelValue value)
    {
        if (value.Kind is not (CelKind.String or CelKind.Bytes))
        {
            return Whole(result, value, isUpper ? static v => v.ToString("X", CultureInfo.InvariantCulture) : static v => v.ToString("x", CultureInfo.InvariantCulture),
                "only integers, byte buffers, and strings can be formatted as hex");
        }
        var length = value.Kind == CelKind.String ? value.RawString.Length * 3L : value.AsBytes.Length;
        if (!context.TryChargeText(length * 2))
            return CelContext.CostExceeded;
        var bytes = value.Kind == CelKind.String ? Encoding.UTF8.GetBytes(value.RawString) : value.AsBytes;
        return Done(result.Append(isUpper ? Convert.ToHexString(bytes) : Convert.ToHexStringLower(bytes)));
    }

    private static CelValue Done(StringBuilder result) => result.Length <= CelErrors.MaxLength ? default : CelContext.CostExceeded;

    private static CelValue Wrong(string what, in CelValue value) =>
        value.IsError ? value : CelValue.Error(CelErrorCode.BadArgument, $"error during formatting: {what}, was given {value.Type.Name}");

    private static CelValue Bad(string message) => CelValue.Error(CelErrorCode.BadArgument, message);
}
