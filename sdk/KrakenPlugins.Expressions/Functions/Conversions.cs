using System.Globalization;
using System.Text;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>string</c>, <c>bytes</c>, <c>bool</c>, <c>timestamp</c>, <c>duration</c>, <c>type</c>, <c>dyn</c>.</summary>
internal static class Conversions
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);
    private static readonly CelType s_a = CelType.Parameter("A");

    public static IEnumerable<CelFunction> Create() =>
    [
        new("string",
            Pure("string_to_string", CelType.String, CelType.String, static (ref _, in a) => a),
            Pure("int64_to_string", CelType.String, CelType.Int, static (ref _, in a) => CelValue.Of(a.Bits.ToString(CultureInfo.InvariantCulture))),
            Pure("uint64_to_string", CelType.String, CelType.Uint, static (ref _, in a) => CelValue.Of(a.AsUint.ToString(CultureInfo.InvariantCulture))),
            Pure("double_to_string", CelType.String, CelType.Double, static (ref _, in a) => CelValue.Of(DoubleText.Format(a.RawDouble))),
            Pure("bool_to_string", CelType.String, CelType.Bool, static (ref _, in a) => CelValue.Of(a.IsTrue ? "true" : "false")),
            Pure("bytes_to_string", CelType.String, CelType.Bytes, Decode),
            Pure("timestamp_to_string", CelType.String, CelType.Timestamp, static (ref _, in a) => CelValue.Of(CelTime.Format(a))),
            Pure("duration_to_string", CelType.String, CelType.Duration, static (ref _, in a) => CelValue.Of(CelTime.Format(a)))),
        new("bytes",
            Pure("bytes_to_bytes", CelType.Bytes, CelType.Bytes, static (ref _, in a) => a),
            Pure("string_to_bytes", CelType.Bytes, CelType.String, static (ref context, in a) =>
                context.TryChargeText(a.RawString.Length * 3L) ? CelValue.OfBytes(Encoding.UTF8.GetBytes(a.RawString)) : CelContext.CostExceeded)),
        new("bool",
            Pure("bool_to_bool", CelType.Bool, CelType.Bool, static (ref _, in a) => a),
            Pure("string_to_bool", CelType.Bool, CelType.String, static (ref _, in a) => a.RawString switch
            {
                "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValue.True,
                "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValue.False,
                _ => CelValue.Error(CelErrorCode.BadConversion, $"{CelText.Kind(a)} is no bool"),
            })),
        new("timestamp",
            Pure("timestamp_to_timestamp", CelType.Timestamp, CelType.Timestamp, static (ref _, in a) => a),
            Pure("string_to_timestamp", CelType.Timestamp, CelType.String, static (ref context, in a) =>
                context.TryChargeText(a.RawString.Length) ? CelTime.ParseTimestamp(a.RawString) : CelContext.CostExceeded),
            Pure("int64_to_timestamp", CelType.Timestamp, CelType.Int, static (ref _, in a) => CelTime.Timestamp((Int128)a.Bits, 0, 0))),
        new("duration",
            Pure("duration_to_duration", CelType.Duration, CelType.Duration, static (ref _, in a) => a),
            Pure("string_to_duration", CelType.Duration, CelType.String, static (ref context, in a) =>
                context.TryChargeText(a.RawString.Length) ? CelTime.ParseDuration(a.RawString) : CelContext.CostExceeded),
            Pure("int64_to_duration", CelType.Duration, CelType.Int, static (ref _, in a) => CelTime.Duration((Int128)a.Bits))),
        new("type", Pure("type", CelType.TypeOf(s_a), s_a, static (ref _, in a) => CelValue.OfType(a.Type))),
        new("dyn", Pure("to_dyn", CelType.Dyn, s_a, static (ref _, in a) => a)),
    ];

    private static CelOverload Pure(string id, CelType result, CelType argument, CelUnary body) => CelOverload.Global(id, result, argument, body) with { IsPure = true };

    private static CelValue Decode(ref CelContext context, in CelValue a)
    {
        var bytes = a.AsBytes;
        if (!context.TryChargeText(bytes.Length))
            return CelContext.CostExceeded;
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? CelValue.Of(s_strict.GetString(bytes))
            : CelValue.Error(CelErrorCode.BadConversion, "invalid UTF-8: the bytes are no text");
    }
}
