namespace KrakenPlugins.Expressions;

/// <summary>What kind of failure a <see cref="CelError"/> is.</summary>
public enum CelErrorCode
{
    /// <summary>Something else; the message says what.</summary>
    Other,
    /// <summary>A map has no such key.</summary>
    NoSuchKey,
    /// <summary>An index is outside of its list or text.</summary>
    IndexOutOfRange,
    /// <summary>A function or operator does not take values of these types.</summary>
    NoSuchOverload,
    /// <summary>A variable or function is not known or has no value.</summary>
    Undeclared,
    /// <summary>Division or modulo by zero.</summary>
    DivideByZero,
    /// <summary>A number, timestamp or duration is out of its type's range.</summary>
    Overflow,
    /// <summary>A text or value cannot be converted.</summary>
    BadConversion,
    /// <summary>An argument is not acceptable: a bad regular expression, zone or format.</summary>
    BadArgument,
    /// <summary>The evaluation cost more than its limit.</summary>
    CostExceeded,
}

/// <summary>Why an evaluation, or a part of it, has no result. Errors are values: nothing is thrown.</summary>
public sealed class CelError(CelErrorCode code, string message)
{
    /// <summary>The kind of failure.</summary>
    public CelErrorCode Code { get; } = code;

    /// <summary>The text, for logs: <c>no such key: 'X-A'</c>. Names what the expression says, never what the data say.</summary>
    public string Message { get; } = message;

    /// <summary>Whether <c>&amp;&amp;</c>, <c>||</c>, <c>all</c> and <c>exists</c> may absorb it; what exceeds a limit ends the evaluation.</summary>
    public bool IsAbsorbable => Code != CelErrorCode.CostExceeded;

    /// <inheritdoc/>
    public override string ToString() => Message;
}
