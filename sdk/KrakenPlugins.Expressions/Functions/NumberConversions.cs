using System.Globalization;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>int</c>, <c>uint</c>, <c>double</c>.</summary>
internal static class NumberConversions
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    public static IEnumerable<CelFunction> Create() =>
    [
        new("int",
            Pure("int64_to_int64", CelType.Int, CelType.Int, static (ref _, in a) => a),
            Pure("uint64_to_int64", CelType.Int, CelType.Uint, static (ref _, in a) => a.Bits < 0 ? OutOfRange("int", a) : CelValue.Of(a.Bits)),
            Pure("double_to_int64", CelType.Int, CelType.Double, static (ref _, in a) =>
                a.RawDouble is > -TwoTo63 and < TwoTo63 ? CelValue.Of((long)a.RawDouble) : OutOfRange("int", a)),
            Pure("string_to_int64", CelType.Int, CelType.String, ParseInt),
            Pure("timestamp_to_int64", CelType.Int, CelType.Timestamp, static (ref _, in a) => CelValue.Of(a.Bits)),
            Pure("duration_to_int64", CelType.Int, CelType.Duration, static (ref _, in a) => CelValue.Of((long)CelTime.Nanos(a)))),
        new("uint",
            Pure("uint64_to_uint64", CelType.Uint, CelType.Uint, static (ref _, in a) => a),
            Pure("int64_to_uint64", CelType.Uint, CelType.Int, static (ref _, in a) => a.Bits < 0 ? OutOfRange("uint", a) : CelValue.Of((ulong)a.Bits)),
            Pure("double_to_uint64", CelType.Uint, CelType.Double, static (ref _, in a) =>
                a.RawDouble is >= 0 and < TwoTo64 ? CelValue.Of((ulong)a.RawDouble) : OutOfRange("uint", a)),
            Pure("string_to_uint64", CelType.Uint, CelType.String, ParseUint)),
        new("double",
            Pure("double_to_double", CelType.Double, CelType.Double, static (ref _, in a) => a),
            Pure("int64_to_double", CelType.Double, CelType.Int, static (ref _, in a) => CelValue.Of((double)a.Bits)),
            Pure("uint64_to_double", CelType.Double, CelType.Uint, static (ref _, in a) => CelValue.Of((double)(ulong)a.Bits)),
            Pure("string_to_double", CelType.Double, CelType.String, ParseDouble)),
    ];

    private static CelOverload Pure(string id, CelType result, CelType argument, CelUnary body) => CelOverload.Global(id, result, argument, body) with { IsPure = true };

    private static CelValue ParseInt(ref CelContext context, in CelValue a)
    {
        if (!context.TryChargeText(a.RawString.Length))
            return CelContext.CostExceeded;
        return long.TryParse(a.RawString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? CelValue.Of(value) : Bad("int", a);
    }

    private static CelValue ParseUint(ref CelContext context, in CelValue a)
    {
        if (!context.TryChargeText(a.RawString.Length))
            return CelContext.CostExceeded;
        return ulong.TryParse(a.RawString, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? CelValue.Of(value) : Bad("uint", a);
    }

    private static CelValue ParseDouble(ref CelContext context, in CelValue a)
    {
        var text = a.RawString.AsSpan();
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var digits = text is ['-' or '+', ..] ? text[1..] : text;
        if (digits is [(>= '0' and <= '9') or '.', ..] && double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value))
            return double.IsInfinity(value) ? OutOfRange("double", a) : CelValue.Of(value);
        if (text.Equals("NaN", StringComparison.OrdinalIgnoreCase))
            return CelValue.Of(double.NaN);
        if (digits.Equals("inf", StringComparison.OrdinalIgnoreCase) || digits.Equals("infinity", StringComparison.OrdinalIgnoreCase))
            return CelValue.Of(text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity);
        return Bad("double", a);
    }

    private static CelValue OutOfRange(string type, in CelValue value) => CelValue.Error(CelErrorCode.Overflow, $"range error: {CelText.Kind(value)} does not fit into {type}");

    private static CelValue Bad(string type, in CelValue value) => CelValue.Error(CelErrorCode.BadConversion, $"{CelText.Kind(value)} is no {type}");
}
