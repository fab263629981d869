namespace KrakenPlugins.Expressions.Values;

/// <summary>The errors of the engine; those without details exist once.</summary>
internal static class CelErrors
{
    /// <summary>Most characters, bytes or elements of what an evaluation makes, whatever its limit.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    public static readonly CelValue CostExceeded = CelValue.Error(CelErrorCode.CostExceeded, "the evaluation costs more than its limit");
    public static readonly CelValue NoSuchKeyOfData = CelValue.Error(CelErrorCode.NoSuchKey, "no such key");
    public static readonly CelValue DivideByZero = CelValue.Error(CelErrorCode.DivideByZero, "divide by zero");
    public static readonly CelValue ModulusByZero = CelValue.Error(CelErrorCode.DivideByZero, "modulus by zero");
    public static readonly CelValue IntOverflow = CelValue.Error(CelErrorCode.Overflow, "integer overflow: return error for overflow");
    public static readonly CelValue TimestampOverflow = CelValue.Error(CelErrorCode.Overflow, "timestamp overflow: out of range of the years 1 to 9999");
    public static readonly CelValue DurationOverflow = CelValue.Error(CelErrorCode.Overflow, "duration overflow: out of range");

    /// <summary>For keys that the expression itself names: what comes with the data may be a secret, and errors get into logs.</summary>
    public static CelValue NoSuchKey(in CelValue key) => CelValue.Error(CelErrorCode.NoSuchKey, $"no such key: {CelText.Describe(key)}");

    public static CelValue IndexOutOfRange(long index) => CelValue.Error(CelErrorCode.IndexOutOfRange, $"index out of range: {index}");

    public static CelValue NoSuchOverload(string function, params ReadOnlySpan<CelValue> arguments) =>
        CelValue.Error(CelErrorCode.NoSuchOverload, $"no such overload: {function}({CelText.Types(arguments)})");
}
