namespace KrakenPlugins.Expressions.Requests;

/// <summary>What an expression said, for logs. Texts of errors may hold what a client sent; these hold none of it.</summary>
public static class Verdict
{
    /// <summary><c>true</c>, <c>false</c>, <c>no boolean (int)</c>, <c>error: no such key</c>.</summary>
    public static string Describe(in CelValue result) => result.Kind switch
    {
        CelKind.Bool => result.AsBool ? "true" : "false",
        CelKind.Error => $"error: {Describe(result.AsError.Code)}",
        _ => $"no boolean ({result.Type.Name})",
    };

    private static string Describe(CelErrorCode code) => code switch
    {
        CelErrorCode.NoSuchKey => "no such key",
        CelErrorCode.IndexOutOfRange => "an index out of range",
        CelErrorCode.NoSuchOverload => "values of types that do not go together",
        CelErrorCode.Undeclared => "a variable without value",
        CelErrorCode.DivideByZero => "division by zero",
        CelErrorCode.Overflow => "a number out of range",
        CelErrorCode.BadConversion => "a value that cannot be converted",
        CelErrorCode.BadArgument => "a bad argument",
        CelErrorCode.CostExceeded => "the expression takes too long",
        _ => "the expression failed",
    };
}
